package consent

import "context"

// WayBack is what the page offers to get the consent settings back, in the words
// of the likeliest control, "" where nothing looks like one. It presses nothing.
func (o *Operator) WayBack(ctx context.Context) (string, error) {
	f, list, err := o.controls(ctx)
	if err != nil {
		return "", err
	}
	found := f.reopeners(list)
	if len(found) == 0 {
		return "", nil
	}
	return clip(found[0].label(), 80), nil
}

// Deeper reports whether the layer has controls of more than one kind of choice:
// a way to settings, or switches of its own.
func (s *Sight) Deeper() bool {
	return s.Found() && (s.dialog.first(s.finder.words, Settings) != nil || s.hasSwitches())
}
