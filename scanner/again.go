package scanner

import (
	"context"

	"cookieaudit/scanner/observation"
)

// comeAgain opens the first page as a visitor does who closed the browser and
// comes back: with what is stored for longer than a session, and with the choice
// that was made, if any.
func (l *leg) comeAgain(ctx context.Context) error {
	home, ok := l.part.pages.At(0)
	if !ok || l.part.job.NoReturn {
		return nil
	}
	v := &visited{page: home}
	l.tabs++
	l.begin(v, observation.PurposeReturn, true)
	tab, dropped, err := l.context.NewSession(ctx)
	l.do(func() { l.log.Dropped(dropped) })
	if err != nil {
		return err
	}
	v.tab = tab
	l.mark(observation.Return, observation.CauseLoad)
	load, err := l.clock.Navigate(ctx, tab, home.URL)
	l.settled(ctx, v, load)
	if err != nil {
		return err
	}
	if err := l.use(ctx, v); err != nil {
		return err
	}
	return l.leave(ctx, v, nil)
}
