package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// File is one file being read. It collects what is wrong with it.
type File struct {
	name   string
	errors Errors
}

// Read parses data and returns its root, a node that is not given if the file
// is not YAML at all. Err tells.
func Read(name string, data []byte) (*File, Node) {
	f := &File{name: name}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		f.fail(1, "the file is empty", "")
		return f, Node{}
	case err != nil:
		f.syntax(err, data)
		return f, Node{}
	}
	if err := decoder.Decode(&more); err == nil {
		f.fail(max(more.Line, 1), "a second document begins here", "keep one document in one file")
	} else if !errors.Is(err, io.EOF) {
		f.syntax(err, data)
	}
	if len(doc.Content) == 0 {
		f.fail(1, "the file is empty", "")
		return f, Node{}
	}
	root := doc.Content[0]
	if f.refuse(root) {
		return f, Node{}
	}
	return f, Node{f, root}
}

// Err is an Errors with everything that was found wrong, nil if nothing was.
func (f *File) Err() error {
	if len(f.errors) == 0 {
		return nil
	}
	return f.errors.sorted()
}

// Fail reports that something is wrong at a place of the file.
func (f *File) Fail(at Position, message, help string) {
	f.errors = append(f.errors, Error{at, message, help})
}

func (f *File) fail(line int, message, help string) { f.Fail(Position{f.name, line}, message, help) }

// quoting is what most often breaks a file with cookie names in it.
const quoting = `put a value in quotes that begins with * or / or holds ": " or " #"`

var (
	lineOf   = regexp.MustCompile(`^line (\d+): (.*)`)
	anchorOf = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
	// early are the errors for which the library names the line before.
	early = regexp.MustCompile(`^did not find expected (<|node content|'-'|key|',')`)
)

// syntax reports an error of the YAML library with its line.
func (f *File) syntax(err error, data []byte) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := lineOf.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = m[2]
	} else if m := anchorOf.FindStringSubmatch(text); m != nil {
		if i := bytes.Index(data, []byte("*"+m[1])); i >= 0 {
			line = 1 + bytes.Count(data[:i], []byte("\n"))
		}
		text = fmt.Sprintf("*%s is read as a reference", m[1])
	}
	if early.MatchString(text) {
		line = min(line+1, 1+bytes.Count(bytes.TrimSpace(data), []byte("\n")))
	}
	f.fail(line, "not valid YAML: "+text, quoting)
}

// refuse reports every alias, anchor and tag and whether there was one.
func (f *File) refuse(n *yaml.Node) bool {
	found := false
	switch {
	case n.Kind == yaml.AliasNode:
		f.fail(n.Line, fmt.Sprintf("*%s refers to another place", n.Value), "write it out, or in quotes if it is a name")
		return true
	case n.Anchor != "":
		f.fail(n.Line, fmt.Sprintf("&%s names a place to refer to", n.Anchor), "remove it, or put the value in quotes")
		found = true
	case n.Style&yaml.TaggedStyle != 0:
		f.fail(n.Line, fmt.Sprintf("the tag %s is not part of the format", n.Tag), "remove it")
		found = true
	}
	for _, c := range n.Content {
		found = f.refuse(c) || found
	}
	return found
}

// Node is one value of a file. The methods of a node that is not given return
// zero values and report nothing, so that optional keys need no branches.
type Node struct {
	file *File
	yaml *yaml.Node
}

// Given reports whether the value is in the file.
func (n Node) Given() bool { return n.yaml != nil }

// Position is where the value is.
func (n Node) Position() Position {
	if n.yaml == nil {
		return Position{}
	}
	return Position{n.file.name, n.yaml.Line}
}

// Fail reports that something is wrong with the value.
func (n Node) Fail(message, help string) {
	if n.yaml != nil {
		n.file.fail(n.yaml.Line, message, help)
	}
}

// IsList, IsMap and IsScalar tell the form of a value that may have several.
func (n Node) IsList() bool   { return n.yaml != nil && n.yaml.Kind == yaml.SequenceNode }
func (n Node) IsMap() bool    { return n.yaml != nil && n.yaml.Kind == yaml.MappingNode }
func (n Node) IsScalar() bool { return n.yaml != nil && n.yaml.Kind == yaml.ScalarNode }

// Is reports whether the value is this scalar.
func (n Node) Is(text string) bool { return n.IsScalar() && n.yaml.Value == text }

// Text is a scalar as it is written.
func (n Node) Text() string {
	switch {
	case n.yaml == nil:
		return ""
	case n.yaml.Kind != yaml.ScalarNode:
		n.Fail("want a single value here, found "+form(n.yaml), "")
		return ""
	case n.yaml.Tag == "!!null" || strings.TrimSpace(n.yaml.Value) == "":
		n.Fail("the value is empty", "write it, or remove the key")
		return ""
	}
	return n.yaml.Value
}

// Bool is true or false.
func (n Node) Bool() bool {
	text := n.Text()
	if text != "" && text != "true" && text != "false" {
		n.Fail(fmt.Sprintf("%q is neither true nor false", text), "use true or false")
	}
	return text == "true"
}

// Whole is a number from 1.
func (n Node) Whole() int {
	text := n.Text()
	if text == "" {
		return 0
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 1 {
		n.Fail(fmt.Sprintf("%q is no number from 1", text), "")
		return 0
	}
	return i
}

// Word is one of the known words, "" where it is not.
func (n Node) Word(what string, known []string) string {
	text := n.Text()
	if text == "" || slices.Contains(known, text) {
		return text
	}
	n.Fail(fmt.Sprintf("unknown %s %q", what, text), Suggest(text, known))
	return ""
}

// List is the elements of a list.
func (n Node) List() []Node {
	if n.yaml == nil {
		return nil
	}
	if n.yaml.Kind != yaml.SequenceNode {
		n.Fail("want a list here, found "+form(n.yaml), "")
		return nil
	}
	return n.elements()
}

// Several is the elements of a list, or the value itself where it is no list.
func (n Node) Several() []Node {
	if n.yaml == nil {
		return nil
	}
	if n.yaml.Kind != yaml.SequenceNode {
		return []Node{n}
	}
	return n.elements()
}

func (n Node) elements() []Node {
	nodes := make([]Node, len(n.yaml.Content))
	for i, c := range n.yaml.Content {
		nodes[i] = Node{n.file, c}
	}
	return nodes
}

// Pair is a key of a map with its value.
type Pair struct{ Key, Value Node }

// Pairs is a map whose keys are names. A key that comes twice is an error.
func (n Node) Pairs() []Pair {
	if n.yaml == nil {
		return nil
	}
	if n.yaml.Kind != yaml.MappingNode {
		n.Fail("want `key: value` here, found "+form(n.yaml), "")
		return nil
	}
	var pairs []Pair
	first := map[string]int{}
	for i := 0; i+1 < len(n.yaml.Content); i += 2 {
		p := Pair{Node{n.file, n.yaml.Content[i]}, Node{n.file, n.yaml.Content[i+1]}}
		key := p.Key.Text()
		if key == "" {
			continue
		}
		if line, twice := first[key]; twice {
			p.Key.Fail(fmt.Sprintf("%s is already given in line %d", key, line), "keep one of them")
			continue
		}
		first[key] = p.Key.yaml.Line
		pairs = append(pairs, p)
	}
	return pairs
}

// Map is a map with known keys.
type Map map[string]Node

// Map is a map that may hold these keys and no other.
func (n Node) Map(keys ...string) Map {
	m := Map{}
	for _, p := range n.Pairs() {
		key := p.Key.Text()
		if !slices.Contains(keys, key) {
			p.Key.Fail(fmt.Sprintf("unknown key %q", key), Suggest(key, keys))
			continue
		}
		m[key] = p.Value
	}
	return m
}

func form(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "`key: value`"
	case n.Tag == "!!null" || n.Value == "":
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}
