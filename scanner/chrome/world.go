package chrome

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// World is an isolated JavaScript world of one frame: it sees the page's DOM and
// none of its scripts, so the page can neither notice nor deceive what runs in
// it. A page that hangs never answers: every command is given up after replyLimit.
type World struct {
	Session *Session
	Frame   cdp.FrameID
	URL     string
	Top     bool // the tab's main frame
	id      runtime.ExecutionContextID
}

// Worlds opens an isolated world in every frame of the tab, the main frame's
// first. Frames that vanish meanwhile are left out. Where some do not answer, it gives
// the others with the error.
func (t *Tab) Worlds(ctx context.Context) ([]*World, error) {
	var out []*World
	var failed error
	for _, s := range t.Sessions() {
		found, err := t.worldsOf(ctx, s)
		out = append(out, found...)
		if err == nil || s != t.Session && ended(err) {
			continue
		}
		failed = fmt.Errorf("list frames: %w", err)
		if s == t.Session || ctx.Err() != nil {
			break
		}
	}
	return out, failed
}

func (t *Tab) worldsOf(ctx context.Context, s *Session) ([]*World, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	tree, err := cdp.Call(ctx, s, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	var out []*World
	for _, f := range flatten(tree.FrameTree) {
		w := &World{Session: s, Frame: f.ID, URL: f.URL, Top: s == t.Session && f.ParentID == ""}
		made, err := cdp.Call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.ID, WorldName: "cookieaudit"})
		if ctx.Err() != nil {
			return out, err // it did not vanish: it hangs
		}
		if err != nil {
			continue
		}
		w.id = made.ExecutionContextID
		out = append(out, w)
	}
	return out, nil
}

// Main opens an isolated world in the tab's main frame.
func (t *Tab) Main(ctx context.Context) (*World, error) { return worldOf(ctx, t.Session) }

// worldOf opens an isolated world in the topmost frame of a session.
func worldOf(ctx context.Context, s *Session) (*World, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	frame := cdp.FrameID(s.TargetID)
	made, err := cdp.Call(ctx, s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame, WorldName: "cookieaudit"})
	if err != nil {
		return nil, err
	}
	return &World{Session: s, Frame: frame, Top: s.Type == PageTarget, id: made.ExecutionContextID}, nil
}

func flatten(t *page.FrameTree) []*cdp.Frame {
	if t == nil || t.Frame == nil {
		return nil
	}
	out := []*cdp.Frame{t.Frame}
	for _, c := range t.ChildFrames {
		out = append(out, flatten(c)...)
	}
	return out
}

//go:embed plain.js
var plainJS string

// plain is an expression for which plain.js is at hand.
func plain(expression string) string {
	return "(() => {" + plainJS + "return (" + expression + "\n);})()"
}

// Eval evaluates an expression in the world and decodes its value into out. It, as all
// that runs in a World, has what plain.js gives.
func (w *World) Eval(ctx context.Context, expression string, out any) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	r, err := cdp.Call(ctx, w.Session, runtime.Evaluate, runtime.EvaluateParams{
		Expression: plain(expression), ContextID: w.id, AwaitPromise: ptr(true), ReturnByValue: ptr(true),
	})
	if err != nil {
		return err
	}
	return decode(r.Result, r.ExceptionDetails, out)
}

// Find evaluates an expression that gives an element, and returns its node, 0
// where it gives none.
func (w *World) Find(ctx context.Context, expression string) (cdp.BackendNodeID, error) {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	r, err := cdp.Call(ctx, w.Session, runtime.Evaluate, runtime.EvaluateParams{Expression: plain(expression), ContextID: w.id})
	if err != nil {
		return 0, err
	}
	if r.ExceptionDetails != nil {
		return 0, fmt.Errorf("%w: %s", errThrown, exception(r.ExceptionDetails))
	}
	if r.Result.ObjectID == "" {
		return 0, nil
	}
	n, err := cdp.Call(ctx, w.Session, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: r.Result.ObjectID})
	if err != nil {
		return 0, err
	}
	return n.Node.BackendNodeID, nil
}

// CallOn calls a function with this bound to a node and decodes its value.
func (w *World) CallOn(ctx context.Context, node cdp.BackendNodeID, function string, out any, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	object, err := w.object(ctx, node)
	if err != nil {
		return err
	}
	declared := "function (...given) { return " + plain(function) + ".apply(this, given); }"
	return w.call(ctx, runtime.CallFunctionOnParams{ObjectID: object, FunctionDeclaration: declared}, out, args)
}

// CallOnAll calls a function once with nodes, its first argument: in their order, and
// null in place of those that are gone. It costs far less than a call for each.
func (w *World) CallOnAll(ctx context.Context, nodes []cdp.BackendNodeID, function string, out any, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, replyLimit)
	defer cancel()
	p := runtime.CallFunctionOnParams{
		ExecutionContextID:  w.id,
		FunctionDeclaration: "function (n, ...given) { return " + plain(function) + "(given.slice(0, n), ...given.slice(n)); }",
		Arguments:           make([]*runtime.CallArgument, 1+len(nodes)),
	}
	p.Arguments[0], _ = argument(len(nodes))
	var wg sync.WaitGroup
	errs := make([]error, len(nodes))
	for i, n := range nodes {
		wg.Go(func() {
			object, err := w.object(ctx, n)
			if err != nil && (ctx.Err() != nil || ended(err)) {
				errs[i] = err
			}
			p.Arguments[1+i] = &runtime.CallArgument{ObjectID: object}
			if object == "" {
				p.Arguments[1+i], _ = argument(nil)
			}
		})
	}
	wg.Wait()
	if err := cmp.Or(errs...); err != nil {
		return err
	}
	return w.call(ctx, p, out, args)
}

func (w *World) object(ctx context.Context, node cdp.BackendNodeID) (runtime.RemoteObjectID, error) {
	r, err := cdp.Call(ctx, w.Session, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node, ExecutionContextID: w.id, ObjectGroup: "cookieaudit"})
	if err != nil {
		return "", err
	}
	return r.Object.ObjectID, nil
}

// call calls a function with what is given after the arguments it has.
func (w *World) call(ctx context.Context, p runtime.CallFunctionOnParams, out any, args []any) error {
	for _, a := range args {
		given, err := argument(a)
		if err != nil {
			return err
		}
		p.Arguments = append(p.Arguments, given)
	}
	p.ReturnByValue = ptr(true)
	r, err := cdp.Call(ctx, w.Session, runtime.CallFunctionOn, p)
	if err != nil {
		return err
	}
	return decode(r.Result, r.ExceptionDetails, out)
}

func argument(value any) (*runtime.CallArgument, error) {
	b, err := json.Marshal(value)
	return &runtime.CallArgument{Value: b}, err
}

func decode(o *runtime.RemoteObject, ex *runtime.ExceptionDetails, out any) error {
	if ex != nil {
		return fmt.Errorf("%w: %s", errThrown, exception(ex))
	}
	if out == nil || o == nil || len(o.Value) == 0 {
		return nil
	}
	return json.Unmarshal(o.Value, out)
}

// errThrown is what our own script has thrown in a page.
var errThrown = errors.New("evaluate")

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}
