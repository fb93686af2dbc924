package segments

import (
	"context"
	"math"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/figure"
	"guanxi/internal/segment"
	"guanxi/internal/standing"
)

const (
	// sampled is how many customers a preview asks, about: enough for an interval
	// of ± 2 points, in a second or two.
	sampled = 2000
	// fewest is the least number that roles are told who see no contact data: of
	// fewer they could guess who it is.
	fewest = 10
	// shownExamples is how many of those found a preview names.
	shownExamples = 10
)

// Preview is what a condition would come to.
type Preview struct {
	Share      figure.Rate `json:"share" doc:"hits are those asked for whom it holds, cases those asked: customers in your scope. Empty where suppressed."`
	Members    *int64      `json:"members,omitempty" doc:"How many it would hold for: exactly, or by the share of those asked. Absent where suppressed, or where a large base was never counted yet." example:"1240"`
	Exact      bool        `json:"exact" doc:"The whole base was asked."`
	Suppressed bool        `json:"suppressed" doc:"Fewer than ten, and your role sees no contact data."`
	Failed     int64       `json:"failed" doc:"For so many of those asked the condition could not be answered: they would not be members."`
	Failure    string      `json:"failure,omitempty" doc:"Why not, of the first." example:"division by zero"`
	Examples   []Example   `json:"examples" nullable:"false" doc:"The first ten found; empty for roles that see no contact data."`
}

// Example is one whom a condition holds for.
type Example struct {
	ID   crm.CustomerID `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Name string         `json:"name,omitempty" example:"张美"`
}

func (l leaf) preview(ctx context.Context, in *struct {
	Body struct {
		Condition string `json:"condition" minLength:"1" maxLength:"2000" example:"level == 'gold' && silence_days >= 90"`
	}
}) (*struct{ Body Preview }, error) {
	c, err := l.compile(ctx, in.Body.Condition)
	if err != nil {
		return nil, err
	}
	now, caller := crm.AsOf(ctx), api.CallerOf(ctx)
	today := crm.DateIn(now, l.zone)
	night, _, counted, err := l.counts.Count(ctx, nil, today)
	if err != nil {
		return nil, err
	}
	parts := max(1, int(night.Customers/sampled))
	part := int(now.UnixMilli() % int64(parts))
	out := Preview{Examples: []Example{}}
	var read, asked, found int64
	out.Exact, err = l.sample.Each(ctx, part, parts, 2*sampled, func(p customer.Profile, r standing.Record) error {
		read++
		if !caller.Sees(append(r.Stores, p.HomeStore), p.Owner) {
			return nil
		}
		asked++
		s, err := segment.Of(p, r)
		if err != nil {
			return err
		}
		holds, err := c.Holds(s, today)
		switch {
		case err != nil && out.Failed == 0:
			out.Failure = err.Error()
			fallthrough
		case err != nil:
			out.Failed++
		case holds:
			if found++; len(out.Examples) < shownExamples && caller.Role.SeesContacts() {
				out.Examples = append(out.Examples, Example{p.ID, p.Name})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if found < fewest && !caller.Role.SeesContacts() {
		out.Suppressed = true
		return &struct{ Body Preview }{out}, nil
	}
	out.Share = figure.NewRate(found, asked)
	switch {
	case out.Exact:
		out.Members = &found
	case counted && read > 0:
		members := int64(math.Round(float64(found) * float64(night.Customers) / float64(read)))
		out.Members = &members
	}
	return &struct{ Body Preview }{out}, nil
}
