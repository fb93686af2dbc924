package decisions

import (
	"context"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// recordedView is what had been decided by the end of a date.
type recordedView struct {
	At      time.Time        `json:"at" doc:"The time of the event that made us decide."`
	Policy  int              `json:"policy"`
	Answers classes          `json:"answers"`
	Same    bool             `json:"same" doc:"The decision that is derived today has the same answers."`
	Overdue bool             `json:"overdue,omitempty" doc:"It was to change by itself on that date or before, and had not been looked at yet."`
	Since   []history.Learnt `json:"since,omitempty" nullable:"false" doc:"Where they differ: the facts that came or were changed later."`
	Newer   bool             `json:"newer_rules,omitempty" doc:"Where they differ, and not by facts: rules that came into force on that date or before, and had not been brought to the customer yet."`
}

// then is the decision of a past date, beside what was recorded then.
func (l leaf) then(ctx context.Context, id crm.CustomerID, on crm.Date) (*answer, error) {
	recorded, err := l.decisions.ChangeBefore(ctx, id, (on + 1).Midnight(l.zone))
	if err != nil {
		return nil, err
	}
	t, err := l.book.Then(ctx, id, l.facts, on, recorded)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	if out.Body.Decision, err = l.shown(ctx, t.Derived); err != nil {
		return nil, err
	}
	if recorded != nil {
		out.Body.Recorded = &recordedView{At: recorded.Guard.AsOf, Policy: recorded.Versions.Policy, Answers: shownClasses(recorded.Classes),
			Same: recorded.Classes == t.Derived.Classes, Overdue: recorded.ChangesAt != 0 && recorded.ChangesAt <= on, Since: t.Since, Newer: t.NewerRules}
	}
	return out, nil
}
