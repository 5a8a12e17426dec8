package signal

import (
	"errors"
	"fmt"
)

const (
	// maxText bounds a string. Real ones hold some kilobytes at most.
	maxText = 64 << 10
	// maxVendors bounds the ids that all lists of one string name together, ids
	// named twice counted twice: four lists of every id there can be.
	maxVendors = 4 << 16
)

var (
	errShort   = errors.New("it ends in the middle of a field")
	errTooLong = fmt.Errorf("it is longer than %d characters", maxText)
	errVendors = fmt.Errorf("it names more than %d vendors", maxVendors)
	errFormat  = errors.New("a range of ids runs backwards or has no end")
)

// bits reads a base64url text bit by bit. After the first error it gives zeros.
type bits struct {
	text   string
	at     int // in bits
	budget int // ids that may still be named
	err    error
}

func read(text string) *bits { return &bits{text: text, budget: maxVendors} }

func (b *bits) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

// number reads an unsigned number of up to 48 bits.
func (b *bits) number(width int) int64 {
	var n int64
	for range width {
		n = n<<1 | b.bit()
	}
	return n
}

func (b *bits) flag() bool { return b.bit() == 1 }

func (b *bits) bit() int64 {
	if b.err != nil {
		return 0
	}
	i := b.at / 6
	if i >= len(b.text) {
		b.fail(errShort)
		return 0
	}
	v := sixBits(b.text[i])
	if v < 0 {
		b.fail(errors.New("it holds a character that base64url does not know"))
		return 0
	}
	bit := v >> (5 - b.at%6) & 1
	b.at++
	return bit
}

func sixBits(c byte) int64 {
	switch {
	case c >= 'A' && c <= 'Z':
		return int64(c - 'A')
	case c >= 'a' && c <= 'z':
		return int64(c-'a') + 26
	case c >= '0' && c <= '9':
		return int64(c-'0') + 52
	case c == '-', c == '+':
		return 62
	case c == '_', c == '/':
		return 63
	}
	return -1
}

// letters reads n letters of six bits each, A being 0; "" where one is none.
func (b *bits) letters(n int) string {
	out := make([]byte, n)
	whole := true
	for i := range out {
		v := b.number(6)
		whole = whole && v < 26
		out[i] = 'A' + byte(v%26)
	}
	if !whole || b.err != nil {
		return ""
	}
	return string(out)
}

// set reads n bits and returns the numbers, from 1, of those that are 1.
func (b *bits) set(n int) []int {
	var out []int
	for i := 1; i <= n && b.err == nil; i++ {
		if b.flag() {
			out = append(out, i)
		}
	}
	return out
}

// fibonacci reads a number from 1 on in Fibonacci coding, which two ones end.
func (b *bits) fibonacci() int {
	sum, this, next := 0, 1, 2
	last := false
	for range 40 { // beyond any id
		one := b.flag()
		if b.err != nil {
			return 0
		}
		if one && last {
			return sum
		}
		if one {
			sum += this
		}
		this, next, last = next, this+next, one
	}
	b.fail(errFormat)
	return 0
}

// spend takes ids from the budget.
func (b *bits) spend(n int) bool {
	if b.err == nil && n > b.budget {
		b.fail(errVendors)
	}
	b.budget -= n
	return b.err == nil
}
