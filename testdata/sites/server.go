// Package sites serves the bundled sites on loopback: the fictional example of
// `cookieaudit demo`, and the replicas and fixtures of the tests. All hosts of
// all sites live behind one HTTPS and one HTTP listener; a browser reaches them
// by ConnectTo.
package sites

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server answers for named hosts on loopback, over HTTPS with a certificate
// made at start and over plain HTTP. Hosts may be added while it runs.
type Server struct {
	HTTPS, HTTP string // host:port of the listeners

	mu       sync.RWMutex
	hosts    map[string]http.Handler
	sessions []*session // of the mounted sites
	close    []func() error
}

// Listen starts a server without hosts.
func Listen() (*Server, error) {
	s := &Server{hosts: map[string]http.Handler{}}
	cert, err := selfSigned()
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve sites: %w", err)
	}
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		plain.Close()
		return nil, fmt.Errorf("serve sites: %w", err)
	}
	secure := tls.NewListener(raw, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}})
	s.HTTPS, s.HTTP = raw.Addr().String(), plain.Addr().String()
	quiet := log.New(io.Discard, "", 0)
	for _, l := range []net.Listener{secure, plain} {
		server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
		go func() { _ = server.Serve(l) }()
		s.close = append(s.close, server.Close)
	}
	return s, nil
}

// Close stops the server.
func (s *Server) Close() {
	for _, c := range s.close {
		_ = c()
	}
}

// Age lets the sessions with these ids have gone unused for d longer. It stands
// for one visitor who was away: the sessions of others, who may be at work
// meanwhile, and the dates of answers stay as they are. Ids that no session has
// are passed over, so that a visitor's cookies can be given as they are.
func (s *Server) Age(ids []string, d time.Duration) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, session := range s.sessions {
		session.age(ids, d)
	}
}

// Handle answers requests to a host.
func (s *Server) Handle(host string, h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts[host] = h
}

// ConnectTo are the values of --connect-to that send a host's traffic here.
func (s *Server) ConnectTo(host string) []string {
	return []string{host + ":443:" + s.HTTPS, host + ":80:" + s.HTTP}
}

// Hosts lists the hosts, for ConnectTo.
func (s *Server) Hosts() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []string
	for h := range s.hosts {
		out = append(out, h)
	}
	return out
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	s.mu.RLock()
	h := s.hosts[strings.ToLower(host)]
	s.mu.RUnlock()
	if h == nil {
		http.Error(w, "no such site here: "+host, http.StatusMisdirectedRequest)
		return
	}
	h.ServeHTTP(w, r)
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "bundled test sites"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
