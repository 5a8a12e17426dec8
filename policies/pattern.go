package policies

// Pattern is an exact name, a glob with * or a /regular expression/.
type Pattern struct {
	Text string // as written
}

// String is the pattern as written.
func (p Pattern) String() string { return p.Text }
