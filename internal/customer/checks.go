package customer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanxi/internal/crm"
)

// checks gathers what breaks a rule, each at its place in the API's body.
type checks struct{ wrong []crm.Field }

func (c *checks) check(ok bool, path, message string, args ...any) {
	if !ok {
		c.wrong = append(c.wrong, crm.Field{Path: path, Message: fmt.Sprintf(message, args...)})
	}
}

func (c *checks) err(op string) error {
	if len(c.wrong) == 0 {
		return nil
	}
	return &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the profile breaks a rule", Fields: c.wrong}
}

// text is one line. Emoji and the joiners in them are text like any other;
// marks that turn the direction of writing are not: two names that look alike
// would differ, or one would show as another.
func (c *checks) text(s, path string, most int) {
	c.prose(s, path, most)
	c.check(!strings.ContainsFunc(s, unicode.IsControl), path, "must be one line without control characters")
}

// prose may have lines.
func (c *checks) prose(s, path string, most int) {
	c.check(utf8.RuneCountInString(s) <= most, path, "must be at most %d characters", most)
	c.check(utf8.ValidString(s) && strings.TrimSpace(s) == s, path, "must have no spaces around it")
	c.check(!strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
	}), path, "must have no control characters")
}

// words are a list of single lines, each once.
func words[T ~string](c *checks, list []T, path string, most, longest int) {
	c.check(len(list) <= most, path, "must be at most %d", most)
	for i, one := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.text(string(one), at, longest)
		c.check(one != "", at, "must not be empty")
		c.check(slices.Index(list, one) == i, at, "is there twice")
	}
}

// unmasked refuses what a masked profile shows in the place of the true value.
func (c *checks) unmasked(s, path string) {
	c.check(!strings.Contains(s, hidden), path, "is masked: leave it out to keep the true value")
}
