package autoconsent

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// Actions are what the engine can be asked for.
const (
	OptIn  = "optIn"
	OptOut = "optOut"
	Refuse = "refuse" // is OptOut, and acts only where it cannot consent
	Detect = "detect" // touches nothing
)

// Result is what the engine says of itself.
type Result struct {
	// CMP is the name of its rule that fitted, "" for none. Rules are named after
	// managers, but fit others too: it proves nothing of which manager it is.
	CMP string
	// Acted: the action was begun, so that the page may have changed.
	Acted bool
	// Claimed: it says that the choice was made.
	Claimed bool
	// Steps are what it told, in words.
	Steps []string
}

// runLimit bounds a run: some of the engine's actions never answer.
const runLimit = 8 * time.Second

// worlds counts the runs of the process: each has an isolated world of its own,
// since a second run in the world of the first would find the script there.
var worlds atomic.Int64

// Run lets the engine act on the tab's page, in an isolated world of every frame.
// commit, if not nil, is called once at the last moment before it acts. An error
// means that the page could not be asked; that nothing was found, or nothing had
// an effect within 8 seconds, is a Result.
func (e *Engine) Run(ctx context.Context, t *chrome.Tab, action string, commit func()) (Result, error) {
	mode := "off" // its guess accepts where it finds no way to refuse, in any other mode than this
	switch action {
	case OptOut, Refuse:
		mode = "reject" // presses only what refuses
	case OptIn, Detect:
	default:
		return Result{}, fmt.Errorf("run autoconsent: unknown action %q", action)
	}
	limited, cancel := context.WithTimeout(ctx, runLimit)
	defer cancel()
	r := &run{
		engine: e, tab: t, action: action, mode: mode, commit: commit, end: cancel,
		world: fmt.Sprintf("cookieaudit-autoconsent-%d", worlds.Add(1)), known: map[document]bool{},
	}
	err := r.spread(limited)
	r.frames.Wait()
	switch {
	case ctx.Err() != nil:
		return r.result, ctx.Err()
	case err != nil && !passing(err):
		return r.result, fmt.Errorf("run autoconsent: %w", err)
	}
	return r.result, nil
}

// run is one run, over all documents of the tab.
type run struct {
	engine *Engine
	tab    *chrome.Tab
	action string
	mode   string
	world  string
	commit func()
	end    func()
	frames sync.WaitGroup
	known  map[document]bool // owned by spread

	mu     sync.Mutex
	asked  bool // the action was sent
	result Result
}

// document is one document of one frame, in which the engine's script runs.
type document struct {
	session *chrome.Session
	frame   cdp.FrameID
	loader  cdp.LoaderID
	top     bool // of the tab
}

// spread starts the script in every document, and in those that come while the
// run goes on.
func (r *run) spread(ctx context.Context) error {
	for ctx.Err() == nil {
		for _, s := range r.tab.Sessions() {
			tree, err := cdp.Call(ctx, s, page.GetFrameTree, cdp.Empty{})
			if err != nil {
				if s == r.tab.Session {
					return err
				}
				continue // the frame went away
			}
			r.start(ctx, s, tree.FrameTree)
		}
		if err := pause(ctx, r.tab); err != nil && ctx.Err() == nil && !passing(err) {
			return err
		}
	}
	return nil
}

// pause waits for a quarter of a second of the page's own time: how often new
// documents are looked for.
func pause(ctx context.Context, t *chrome.Tab) error {
	w, err := t.Main(ctx)
	if err != nil {
		return err
	}
	return w.Eval(ctx, "new Promise(r => setTimeout(() => r(0), 250))", nil)
}

// passing reports whether an error means that a document made way for another.
func passing(err error) bool {
	return !errors.Is(err, chrome.ErrCrashed) && !errors.Is(err, chrome.ErrLost) && !errors.Is(err, chrome.ErrDetached)
}

func (r *run) start(ctx context.Context, s *chrome.Session, tree *page.FrameTree) {
	if tree == nil || tree.Frame == nil {
		return
	}
	f := tree.Frame
	d := document{session: s, frame: f.ID, loader: f.LoaderID, top: s == r.tab.Session && f.ParentID == ""}
	if !r.known[d] {
		r.known[d] = true
		r.frames.Go(func() { r.serve(ctx, d) })
	}
	for _, c := range tree.ChildFrames {
		r.start(ctx, s, c)
	}
}

//go:embed outbox.js
var outboxJS string

// serve runs the script in one document and answers its messages until the run or
// the document ends.
func (r *run) serve(ctx context.Context, d document) {
	made, err := cdp.Call(ctx, d.session, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: d.frame, WorldName: r.world})
	if err != nil {
		return
	}
	in := frame{document: d, world: made.ExecutionContextID}
	if in.eval(ctx, outboxJS+"\n"+r.engine.script+"\n;0", nil) != nil {
		return
	}
	for ctx.Err() == nil {
		var list []message
		if in.eval(ctx, "cookieauditOutbox()", &list) != nil {
			return
		}
		for _, m := range list {
			r.answer(ctx, in, m)
		}
	}
}

// frame is a document with the isolated world that was made in it.
type frame struct {
	document
	world runtime.ExecutionContextID
}

func (f frame) eval(ctx context.Context, expression string, out any) error {
	yes := true
	got, err := cdp.Call(ctx, f.session, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: f.world, AwaitPromise: &yes, ReturnByValue: &yes,
	})
	if err != nil {
		return err
	}
	if got.ExceptionDetails != nil {
		return errors.New("autoconsent's script threw an exception: " + got.ExceptionDetails.Text)
	}
	if out == nil || got.Result == nil {
		return nil
	}
	return json.Unmarshal(got.Result.Value, out)
}

// send hands the script a message, and waits for nothing that it does with it.
func (f frame) send(ctx context.Context, m any) {
	text, err := json.Marshal(m)
	if err != nil {
		return
	}
	_ = f.eval(ctx, "void autoconsentReceiveMessage("+string(text)+")", nil)
}

// message is one of the script's messages.
type message struct {
	Type             string
	CMP              string
	URL              string
	ID               string
	Code             string
	Result           bool
	ScheduleSelfTest bool
	TotalClicks      int
	State            struct{ Lifecycle string }
}

type config struct {
	Enabled             bool     `json:"enabled"`
	AutoAction          *string  `json:"autoAction"` // must be there: left out, it means optOut
	DisabledCMPs        []string `json:"disabledCmps"`
	Prehide             bool     `json:"enablePrehide"`       // would hide the dialog from pictures
	CosmeticRules       bool     `json:"enableCosmeticRules"` // would hide dialogs without a choice
	GeneratedRules      bool     `json:"enableGeneratedRules"`
	HeuristicDetection  bool     `json:"enableHeuristicDetection"`
	HeuristicMode       string   `json:"heuristicMode"`
	MutationObserver    bool     `json:"enablePopupMutationObserver"`
	DetectRetries       int      `json:"detectRetries"`
	IsMainWorld         bool     `json:"isMainWorld"`
	PerformanceLogging  bool     `json:"performanceLoggingEnabled"`
	VisualTest          bool     `json:"visualTest"`
	Logs                struct{} `json:"logs"`
	PrehideTimeout      int      `json:"prehideTimeout"`
	HeuristicSearchTime int      `json:"heuristicPopupSearchTimeout"`
}

// answer answers one message, and ends the run where it says that it is over.
func (r *run) answer(ctx context.Context, f frame, m message) {
	switch m.Type {
	case "init":
		f.send(ctx, map[string]any{
			"type": "initResp",
			"config": config{
				Enabled: true, DisabledCMPs: []string{}, GeneratedRules: true, HeuristicMode: r.mode,
				DetectRetries: r.retries(), PrehideTimeout: 2000, HeuristicSearchTime: 100,
			},
			"rules": map[string]any{"autoconsent": r.engine.rulesFor(m.URL, f.top)},
		})
	case "cmpDetected":
		r.tell("detected " + m.CMP)
	case "popupFound":
		r.found(ctx, f, m.CMP)
	case "optInResult", "optOutResult":
		r.tell(fmt.Sprintf("%s of %s: %v", strings.TrimSuffix(m.Type, "Result"), m.CMP, m.Result))
		r.claim(m.Result)
		if !m.Result {
			r.end()
		}
	case "autoconsentDone":
		r.tell(fmt.Sprintf("done, %d clicks", m.TotalClicks))
		r.end()
	case "autoconsentError":
		r.tell("an error of its own")
	case "eval":
		f.send(ctx, map[string]any{"type": "evalResp", "id": m.ID, "result": f.ask(ctx, m.Code)})
	case "report":
		if f.top && m.State.Lifecycle == "nothingDetected" && !r.acting() {
			r.tell("nothing detected in the page")
			r.end()
		}
	}
}

// retries is how often, half a second apart, the script looks for a dialog. Where
// it is only asked whether it knows one, the page has settled and was looked at
// for late ones before.
func (r *run) retries() int {
	if r.action == Detect {
		return 4
	}
	return 8
}

// found notes the first dialog of the run and begins the action in its document.
func (r *run) found(ctx context.Context, f frame, cmp string) {
	r.mu.Lock()
	first := !r.asked
	r.asked = true
	if first {
		r.result.CMP = cmp
		r.result.Acted = r.action != Detect && (r.action != Refuse || r.engine.onlyRefuses(cmp))
	}
	acts, verb := r.result.Acted, r.action
	r.mu.Unlock()
	if verb == Refuse {
		verb = OptOut
	}
	r.tell("found the dialog of " + cmp)
	switch {
	case !first:
	case !acts:
		r.end()
	default:
		if r.commit != nil {
			r.commit()
		}
		f.send(ctx, map[string]string{"type": verb})
	}
}

func (r *run) acting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

func (r *run) claim(ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Claimed = ok
}

// maxSteps bounds what is told of one run.
const maxSteps = 30

func (r *run) tell(step string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.result.Steps) < maxSteps && !slices.Contains(r.result.Steps, step) {
		r.result.Steps = append(r.result.Steps, step)
	}
}

// askLimit is how long the script waits for an answer of the page.
const askLimit = time.Second

// ask evaluates an expression of a rule in the page's own world of the frame.
func (f frame) ask(ctx context.Context, code string) bool {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	yes := true
	if f.main() {
		got, err := cdp.Call(ctx, f.session, runtime.Evaluate, runtime.EvaluateParams{
			Expression: code, AwaitPromise: &yes, ReturnByValue: &yes, AllowUnsafeEvalBlockedByCSP: &yes,
		})
		return err == nil && got.ExceptionDetails == nil && truthy(got.Result)
	}
	// A frame that shares its page's session: its own world is that in which its
	// document resolves.
	here, err := cdp.Call(ctx, f.session, runtime.Evaluate, runtime.EvaluateParams{Expression: "document", ContextID: f.world})
	if err != nil || here.Result == nil {
		return false
	}
	node, err := cdp.Call(ctx, f.session, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: here.Result.ObjectID})
	if err != nil {
		return false
	}
	own, err := cdp.Call(ctx, f.session, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.Node.BackendNodeID})
	if err != nil {
		return false
	}
	got, err := cdp.Call(ctx, f.session, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		ObjectID: own.Object.ObjectID, FunctionDeclaration: "function(){return (" + code + "\n)}", AwaitPromise: &yes, ReturnByValue: &yes,
	})
	return err == nil && got.ExceptionDetails == nil && truthy(got.Result)
}

// main reports whether the frame is the topmost of its session.
func (f frame) main() bool { return f.frame == cdp.FrameID(f.session.TargetID) }

func truthy(o *runtime.RemoteObject) bool {
	if o == nil {
		return false
	}
	switch string(o.Value) {
	case "", "null", "false", "0", `""`:
		return false
	}
	return true
}
