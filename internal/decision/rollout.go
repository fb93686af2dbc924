package decision

import (
	"fmt"
	"strings"
	"time"

	"guanxi/internal/crm"
)

// Release is a version of a document that was put in force by somebody who
// waits for it, and so is brought to everybody at once.
type Release struct {
	Kind    Kind
	Version int
}

// Kind is what document a release is of.
type Kind string

const (
	OfPolicy   Kind = "policy"
	OfSegments Kind = "segments"
)

// InForce tells whether the release is among the versions, and not replaced.
func (r Release) InForce(v Versions) bool {
	if r.Kind == OfSegments {
		return v.Segments == r.Version
	}
	return v.Policy == r.Version
}

// Rollout is one look through the base for those whom older rules than a
// release's decided. The first look wakes them, later ones see how far that has
// come, until everybody is decided.
type Rollout struct {
	Release
	Look int
}

// String is the rollout's name in messages, which ParseRollout reads.
func (r Rollout) String() string { return fmt.Sprintf("%s/%d/%d", r.Kind, r.Version, r.Look) }

// ParseRollout reads what String wrote.
func ParseRollout(s string) (r Rollout, err error) {
	kind, rest, _ := strings.Cut(s, "/")
	r.Kind = Kind(kind)
	if _, err = fmt.Sscanf(rest, "%d/%d", &r.Version, &r.Look); err != nil || r.Kind != OfPolicy && r.Kind != OfSegments {
		return r, fmt.Errorf("rollout %q: must be kind/version/look", s)
	}
	return r, nil
}

const (
	// cachesExpire is when nobody decides by what was in force before any more: rules
	// are kept for a minute, and clocks may differ a little.
	cachesExpire = 90 * time.Second
	// longestWait bounds the time between two looks, which doubles.
	longestWait = time.Hour
	// mostLooks are made, over ten hours: after that the nightly review goes on.
	mostLooks = 16
)

// Timer is the appointment for the look, if it is made after what happened at a
// time: the first after the activation, each other one after the look before.
func (r Rollout) Timer(after time.Time) crm.Timer {
	due := after.Add(cachesExpire)
	if r.Look > 0 {
		due = after.Add(min(time.Minute<<(r.Look-1), longestWait))
	}
	return crm.Timer{ID: "rollout/" + r.String(), Kind: crm.TimerRollout, Due: due, Ref: r.String()}
}

// Next is the look after this one; false after the last.
func (r Rollout) Next() (Rollout, bool) {
	return Rollout{r.Release, r.Look + 1}, r.Look+1 < mostLooks
}

// Progress is how far a release has come.
type Progress struct {
	Edition int64     // of the rules that it is a part of
	Since   time.Time // the first look; zero: it has not begun
	Parts   []Part    // of the base, a segment each
}

// Part is what the last look at a segment saw; a zero At: none yet.
type Part struct {
	Customers int
	Decided   int // of them, by this edition or a newer one
	At        time.Time
}

// Sum adds the parts up, and says how many were looked at, and when last.
func (p Progress) Sum() (whole Part, looked int) {
	for _, part := range p.Parts {
		if part.At.IsZero() {
			continue
		}
		looked++
		whole.Customers += part.Customers
		whole.Decided += part.Decided
		if part.At.After(whole.At) {
			whole.At = part.At
		}
	}
	return whole, looked
}

// Done tells whether everybody is decided.
func (p Progress) Done() bool {
	whole, looked := p.Sum()
	return !p.Since.IsZero() && looked == len(p.Parts) && whole.Decided == whole.Customers
}
