package signal_test

import "strings"

// stringOf is a TC string to be written.
type stringOf struct {
	policy             int
	purposes           []int
	vendorRanges       [][2]int
	disclosed, allowed []int
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// pen writes bits.
type pen struct{ bits strings.Builder }

func (p *pen) number(n int64, width int) {
	for i := width - 1; i >= 0; i-- {
		p.bits.WriteByte('0' + byte(n>>i&1))
	}
}

func (p *pen) set(on []int, n int) {
	bits := make([]byte, n)
	for i := range bits {
		bits[i] = '0'
	}
	for _, i := range on {
		bits[i-1] = '1'
	}
	p.bits.Write(bits)
}

func (p *pen) text() string {
	bits := p.bits.String()
	var out strings.Builder
	for len(bits) > 0 {
		six := (bits + "00000")[:6]
		n := 0
		for _, b := range six {
			n = n<<1 | int(b-'0')
		}
		out.WriteByte(base64url[n])
		bits = bits[min(6, len(bits)):]
	}
	return out.String()
}

func (p *pen) ranges(all [][2]int) {
	p.number(65535, 16)
	p.number(1, 1)
	p.number(int64(len(all)), 12)
	for _, r := range all {
		p.number(1, 1)
		p.number(int64(r[0]), 16)
		p.number(int64(r[1]), 16)
	}
}

func (p *pen) list(ids []int) {
	p.number(20, 16)
	p.number(0, 1)
	p.set(ids, 20)
}

func (s stringOf) encode() string {
	var p pen
	const day = 17951328000 // tenths of a second from 1970 to 2026-11-20
	p.number(2, 6)
	p.number(day, 36)
	p.number(day, 36)
	p.number(300, 12)
	p.number(2, 12)
	p.number(1, 6)
	p.number('E'-'A', 6)
	p.number('N'-'A', 6)
	p.number(48, 12)
	p.number(int64(s.policy), 6)
	p.number(0, 2)
	p.set(nil, 12)
	p.set(s.purposes, 24)
	p.set(nil, 24)
	p.number(0, 13)
	p.ranges(s.vendorRanges)
	p.number(0, 17) // no legitimate interests
	p.number(0, 12) // no restrictions
	out := p.text()
	for kind, ids := range map[int][]int{1: s.disclosed, 2: s.allowed} {
		if ids != nil {
			var seg pen
			seg.number(int64(kind), 3)
			seg.list(ids)
			out += "." + seg.text()
		}
	}
	return out
}

// fibonacci writes a number from 1 on.
func (p *pen) fibonacci(n int) {
	series := []int{1, 2}
	for series[len(series)-1] <= n {
		series = append(series, series[len(series)-1]+series[len(series)-2])
	}
	var bits []byte
	for i := len(series) - 1; i >= 0; i-- {
		if series[i] <= n {
			n -= series[i]
			bits = append(bits, '1')
		} else if bits != nil {
			bits = append(bits, '0')
		}
	}
	for i := len(bits) - 1; i >= 0; i-- {
		p.bits.WriteByte(bits[i])
	}
	p.bits.WriteByte('1')
}

// header writes that of a GPP string with the sections of a range; none for no
// section.
func header(fromTo ...int) string { return heading(3, fromTo...) }

// heading writes the header of a GPP string, which is 3, or of the section with an
// id, with the parts of a range that follow; none for no part.
func heading(id int64, fromTo ...int) string {
	var p pen
	p.number(id, 6)
	p.number(1, 6)
	if len(fromTo) == 0 {
		p.number(0, 12)
		return p.text()
	}
	p.number(1, 12)
	from, to := fromTo[0], fromTo[1]
	if from == to {
		p.number(0, 1)
		p.fibonacci(from)
		return p.text()
	}
	p.number(1, 1)
	p.fibonacci(from)
	p.fibonacci(to - from)
	return p.text()
}
