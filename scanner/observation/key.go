package observation

import (
	"cmp"
	"net/url"
	"strings"
)

// Key identifies one item on the device.
type Key struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"`

	// Host is a cookie's domain in lower case without leading dot. It is empty
	// for storages, which have an Origin. Use Key.Hostname for either.
	Host     string `json:"host,omitempty"`
	HostOnly bool   `json:"host_only,omitempty"`
	Path     string `json:"path,omitempty"`

	// Origin is the storage's origin as scheme://host[:port].
	Origin string `json:"origin,omitempty"`

	// Partition is the top-level site (scheme://eTLD+1) of a partitioned
	// cookie (CHIPS) or of a storage inside a cross-site frame; else empty.
	Partition string `json:"partition,omitempty"`
}

// Hostname is the host that owns the item: the cookie's domain, or the host of
// the storage's origin.
func (k Key) Hostname() string {
	if k.Host != "" || k.Origin == "" {
		return k.Host
	}
	u, err := url.Parse(k.Origin)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// Compare orders keys by kind, name, host, and then the rest, so that every
// list of items has one order.
func (k Key) Compare(o Key) int {
	return cmp.Or(
		cmp.Compare(k.Kind, o.Kind),
		cmp.Compare(k.Name, o.Name),
		cmp.Compare(k.Hostname(), o.Hostname()),
		compareBool(k.HostOnly, o.HostOnly),
		cmp.Compare(k.Path, o.Path),
		cmp.Compare(k.Origin, o.Origin),
		cmp.Compare(k.Partition, o.Partition),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
