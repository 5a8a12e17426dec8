package observation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"sync"
)

// Log receives the records of a scan in batches: all of a page's records at
// once, in order. A Log is safe for concurrent use by several legs.
type Log interface {
	Append(records ...Record) error
}

// Writer is a Log that writes JSON lines. A batch that holds a Page is closed
// with a Seal over every byte so far and flushed, so that a scan that dies
// leaves all its finished pages provably whole.
type Writer struct {
	mu   sync.Mutex
	w    io.Writer
	hash hash.Hash
	err  error
}

// NewWriter writes to w. If w has a Flush method (gzip, bufio), it is called
// after each sealed page.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w, hash: sha256.New()} }

// Append writes the records. After an error every call returns that error.
func (w *Writer) Append(records ...Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	page := ""
	for _, r := range records {
		w.line(r)
		if r.Page != nil {
			page = r.Page.ID
		}
	}
	if page != "" {
		w.line(Record{Seal: &Seal{Page: page, SHA256: w.sum()}})
		if f, ok := w.w.(interface{ Flush() error }); ok && w.err == nil {
			w.err = f.Flush()
		}
	}
	if w.err != nil {
		w.err = fmt.Errorf("write observation: %w", w.err)
	}
	return w.err
}

func (w *Writer) line(r Record) {
	if w.err != nil {
		return
	}
	b, err := json.Marshal(r)
	if err == nil {
		b = append(b, '\n')
		w.hash.Write(b)
		_, err = w.w.Write(b)
	}
	w.err = err
}

// SHA256 is the digest of everything written so far, the name by which an Audit
// refers to its evidence.
func (w *Writer) SHA256() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sum()
}

func (w *Writer) sum() string { return hex.EncodeToString(w.hash.Sum(nil)) }
