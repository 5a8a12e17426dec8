package tape

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrNoTape is returned for a file that is no tape, or a broken one.
var ErrNoTape = errors.New("it is no tape, or a broken one: record it again with scan --record")

const (
	maxIndex = 512 << 20 // bytes
	// maxBody is how much of an answer is kept, in bytes.
	maxBody = 32 << 20
)

// Tape is a recording, open for replay. Close it.
type Tape struct {
	Index
	SHA256 string // of the file, in hex

	file   io.Closer // nil where the tape does not own what it is read from
	bodies map[string]*zip.File
}

// Open reads a tape and checks all of it. The error is that of opening the file,
// or is ErrNoTape.
func Open(path string) (*Tape, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open tape: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open tape: %w", err)
	}
	t, err := read(f, info.Size())
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open tape %s: %w", path, err)
	}
	t.file = f
	return t, nil
}

// Close closes the file. No replay may go on.
func (t *Tape) Close() error {
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}

func read(r io.ReaderAt, size int64) (*Tape, error) {
	wrong := func(err error) error { return fmt.Errorf("%w (%w)", ErrNoTape, err) }
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, wrong(err)
	}
	t := &Tape{bodies: map[string]*zip.File{}}
	var index *zip.File
	for _, f := range archive.File {
		if f.Name == indexName {
			index = f
		}
		if bodyForm.MatchString(f.Name) {
			t.bodies[f.Name] = f
		}
	}
	if index == nil {
		return nil, wrong(errors.New("it has no " + indexName))
	}
	data, err := unpack(index, maxIndex)
	if err != nil {
		return nil, wrong(err)
	}
	if err := json.Unmarshal(data, &t.Index); err != nil {
		return nil, wrong(fmt.Errorf("%s: %w", indexName, err))
	}
	if t.Schema != Schema {
		return nil, wrong(fmt.Errorf("schema %d, this program reads %d", t.Schema, Schema))
	}
	if err := t.check(); err != nil {
		return nil, wrong(err)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(r, 0, size)); err != nil {
		return nil, wrong(err)
	}
	t.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return t, nil
}

func (t *Tape) check() error {
	read := map[string]int64{}
	for i, e := range t.Entries {
		if err := e.check(); err != nil {
			return fmt.Errorf("%s: entry %d: %w", indexName, i+1, err)
		}
		if _, done := read[e.Body]; !done && e.Body != "" {
			data, err := t.body(e)
			if err != nil {
				return fmt.Errorf("%s: entry %d: %w", indexName, i+1, err)
			}
			read[e.Body] = int64(len(data))
		}
		if left := read[e.Body]; len(e.Frames) > 0 {
			for _, f := range e.Frames {
				if f.Site {
					if left -= f.Length; left < 0 {
						return fmt.Errorf("%s: entry %d: frames of more than its body", indexName, i+1)
					}
				}
			}
		}
	}
	return nil
}

// body is that of an entry's answer.
func (t *Tape) body(e Entry) ([]byte, error) {
	if e.Body == "" {
		return nil, nil
	}
	f := t.bodies[e.Body]
	if f == nil {
		return nil, fmt.Errorf("%s is missing", e.Body)
	}
	return unpack(f, maxBody)
}

// unpack reads a member and checks its checksum. The most is for archives that
// are made to fill the memory.
func unpack(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is larger than %d bytes", f.Name, most)
	}
	return data, nil
}
