package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"cookieaudit/policies/audit"
)

var _ = register(Format{
	Name:   "pdf",
	Doc:    "the HTML report on paper; needs a browser",
	Ext:    ".pdf",
	Render: renderPDF,
})

// ErrNoBrowser is returned where a PDF is asked for and nothing can print one.
var ErrNoBrowser = errors.New("pdf: printing needs a browser")

func renderPDF(w io.Writer, a *audit.Audit, o Options) error {
	if o.PrintPDF == nil {
		return ErrNoBrowser
	}
	var html bytes.Buffer
	if err := renderHTML(&html, a, o); err != nil {
		return err
	}
	pdf, err := o.PrintPDF(html.Bytes())
	if err != nil {
		return fmt.Errorf("print pdf: %w", err)
	}
	_, err = w.Write(pdf)
	return err
}
