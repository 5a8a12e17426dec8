package chrome

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
)

// PDF prints an HTML document. The document's own CSS sets the page's size and
// margins; nothing outside of it is fetched.
func (b *Browser) PDF(ctx context.Context, html []byte) ([]byte, error) {
	c, err := b.NewContext(ctx, Hooks{})
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	defer c.Close()
	t, err := c.Clock.tab(ctx)
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	frame := cdp.FrameID(t.Session.TargetID)
	if _, err := cdp.Call(ctx, t.Session, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: frame, HTML: string(html)}); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	if err := c.Clock.Frame(ctx, t); err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	out, err := cdp.Call(ctx, t.Session, page.PrintToPDF, page.PrintToPDFParams{
		PrintBackground: ptr(true), PreferCSSPageSize: ptr(true), GenerateTaggedPDF: ptr(true), GenerateDocumentOutline: ptr(true),
	})
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return out.Data, nil
}
