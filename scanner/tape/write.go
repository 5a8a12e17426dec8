package tape

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	indexName = "tape.json"
	// The archive is kept within what every zip tool reads.
	maxTape   = 2 << 30 // bytes
	maxBodies = 60_000
	// What was not written yet is lost when the program is killed.
	unwrittenTime  = time.Second
	unwrittenBytes = 8 << 20
	// Writing takes no more than one part in so many of the time: the index is written
	// as a whole, and grows.
	writingShare = 20
)

// writer writes a tape so that the file is a whole archive after every write: it
// puts new bodies, the index and the directory in one piece over the old index and
// directory, which stand at the end.
type writer struct {
	now func() time.Time

	mu      sync.Mutex
	file    *os.File
	index   Index
	members []member // bodies
	names   map[[sha256.Size]byte]string
	fresh   bytes.Buffer // bodies that are not in the file yet
	end     int64        // of the bodies in the file
	written time.Time
	took    time.Duration // to write the last time
	err     error         // of writing; the first one stays
}

// member is a file of the archive.
type member struct {
	name         string
	method       uint16
	crc          uint32
	packed, size uint32
	offset       uint32
}

func newWriter(path string, index Index, now func() time.Time) (*writer, error) {
	// Only for the user: a tape is personal data.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make tape: %w", err)
	}
	w := &writer{now: now, file: f, index: index, names: map[[sha256.Size]byte]string{}}
	w.index.Entries = []Entry{}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flush(); w.err != nil {
		f.Close()
		return nil, w.err
	}
	return w, nil
}

// add keeps an entry with its body.
func (w *writer) add(e Entry, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.Body = ""
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		e.Body = w.names[sum]
		switch {
		case e.Body != "":
		case len(w.members) >= maxBodies, w.end+int64(w.fresh.Len())+int64(len(body)) > maxTape:
			e.CutOff, e.Frames = true, nil
		default:
			e.Body = fmt.Sprintf("bodies/%04d", len(w.members)+1)
			w.members = append(w.members, pack(&w.fresh, w.end, e.Body, body))
			w.names[sum] = e.Body
		}
	}
	// It may have been asked for before others that ended earlier.
	i := len(w.index.Entries)
	for i > 0 && w.index.Entries[i-1].order > e.order {
		i--
	}
	w.index.Entries = slices.Insert(w.index.Entries, i, e)
	if w.fresh.Len() > unwrittenBytes || w.now().Sub(w.written) >= max(unwrittenTime, writingShare*w.took) {
		w.flush()
	}
}

// count is how many entries there are.
func (w *writer) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.index.Entries)
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	if err := w.file.Close(); err != nil && w.err == nil {
		w.err = fmt.Errorf("close tape: %w", err)
	}
	return w.err
}

// flush brings the file up to date.
func (w *writer) flush() {
	if w.err != nil {
		return
	}
	begun := w.now()
	data, err := json.MarshalIndent(w.index, "", " ")
	if err != nil {
		w.err = fmt.Errorf("write tape: %w", err)
		return
	}
	bodies := int64(w.fresh.Len())
	var out bytes.Buffer
	out.Write(w.fresh.Bytes())
	all := append(w.members[:len(w.members):len(w.members)], pack(&out, w.end, indexName, data))
	directory(&out, w.end, all)
	if _, err = w.file.WriteAt(out.Bytes(), w.end); err == nil {
		err = w.file.Truncate(w.end + int64(out.Len()))
	}
	if err != nil {
		w.err = fmt.Errorf("write tape: %w", err)
		return
	}
	w.end += bodies
	w.fresh.Reset()
	w.written = w.now()
	w.took = w.written.Sub(begun)
}

// The layout of a zip archive is that of PKWARE's APPNOTE, sections 4.3.7, 4.3.12
// and 4.3.16. archive/zip cannot go on with an archive that it closed.
const (
	zipVersion = 20
	zipDay     = 1<<5 | 1 // 1 January 1980: no member has a date of its own
	stored     = 0
	deflated   = 8
)

// pack appends a member to what will stand in the archive from start on.
func pack(out *bytes.Buffer, start int64, name string, data []byte) member {
	m := member{name: name, crc: crc32.ChecksumIEEE(data), size: uint32(len(data)), offset: uint32(start + int64(out.Len()))}
	var small bytes.Buffer
	z, _ := flate.NewWriter(&small, flate.BestSpeed) // errs only for a level that there is not
	_, _ = z.Write(data)                             // a buffer takes everything
	_ = z.Close()
	packed := data
	if small.Len() < len(data) {
		m.method, packed = deflated, small.Bytes()
	}
	m.packed = uint32(len(packed))
	little(out, uint32(0x04034b50), uint16(zipVersion))
	m.describe(out)
	little(out, uint16(0))
	out.WriteString(name)
	out.Write(packed)
	return m
}

// describe appends what a member's header and its directory entry have alike.
func (m member) describe(out *bytes.Buffer) {
	little(out, uint16(0), m.method, uint16(0), uint16(zipDay), m.crc, m.packed, m.size, uint16(len(m.name)))
}

func directory(out *bytes.Buffer, start int64, members []member) {
	begin := out.Len()
	for _, m := range members {
		little(out, uint32(0x02014b50), uint16(zipVersion), uint16(zipVersion))
		m.describe(out)
		little(out, uint16(0), uint16(0), uint16(0), uint16(0), uint32(0), m.offset)
		out.WriteString(m.name)
	}
	n := uint16(len(members))
	little(out, uint32(0x06054b50), uint16(0), uint16(0), n, n, uint32(out.Len()-begin), uint32(start+int64(begin)), uint16(0))
}

func little(out *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(out, binary.LittleEndian, v) // a buffer takes everything
	}
}
