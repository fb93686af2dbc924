package tally

import (
	"context"
	"time"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/event"
	"guanxi/internal/figure"
	"guanxi/internal/standing"
)

// Decisions reads the standing decisions of one segment of the base and how the
// churn warnings in it ended, in any order.
type Decisions interface {
	EachAndEndings(ctx context.Context, segment, segments int, each func(standing.Record) error, ended func(crm.CustomerID, churn.Ending)) error
}

// CountKeeper keeps the parts of a night's count, and what they come to.
type CountKeeper interface {
	KeepPart(ctx context.Context, night crm.Date, segment, segments int, part figure.Base, taken time.Time) error
	// PartsThere tells whether the parts of all segments have been kept.
	PartsThere(ctx context.Context, night crm.Date, segments int) (bool, error)
	Part(ctx context.Context, night crm.Date, segment, segments int) (figure.Base, error)
	KeepCounts(ctx context.Context, night crm.Date, whole figure.Base, taken time.Time) error
}

// Counter works the messages of FiguresQueue.
type Counter struct {
	Days
	Decisions Decisions
	Counts    CountKeeper
}

// Work handles one message: days whose sums are to be taken, or a segment of the
// base that is to be counted.
func (c Counter) Work(ctx context.Context, e event.Envelope) error {
	if e.Kind == event.Segment {
		return c.segment(ctx, e)
	}
	days, err := figure.ParseDays(e.Ref)
	if err != nil {
		return &crm.Error{Op: "tally.Work", Kind: crm.Malformed, Err: err}
	}
	for _, day := range days {
		if err := c.Sum(ctx, day); err != nil {
			return err
		}
	}
	return nil
}

// segment counts one segment, and whoever finds that it was the last puts the
// parts together: twice, if two finish at once, with the same outcome.
func (c Counter) segment(ctx context.Context, e event.Envelope) error {
	night := crm.DateIn(e.AsOf, c.Zone)
	part, err := c.part(ctx, e, night)
	if err != nil {
		return err
	}
	if err := c.Counts.KeepPart(ctx, night, e.Segment, e.Segments, part, e.AsOf); err != nil {
		return err
	}
	there, err := c.Counts.PartsThere(ctx, night, e.Segments)
	if err != nil || !there {
		return err
	}
	whole := figure.NewBase()
	for segment := range e.Segments {
		part, err := c.Counts.Part(ctx, night, segment, e.Segments)
		if err != nil {
			return err
		}
		whole.Merge(part)
	}
	return c.Counts.KeepCounts(ctx, night, whole, e.AsOf)
}

// part counts one segment. Who was lost waits for the end of it, when it is
// known how their warnings ended.
func (c Counter) part(ctx context.Context, e event.Envelope, night crm.Date) (figure.Base, error) {
	part := figure.NewBase()
	lost, endings := map[crm.CustomerID]figure.Judged{}, map[crm.CustomerID][]churn.Ending{}
	err := c.Decisions.EachAndEndings(ctx, e.Segment, e.Segments,
		func(r standing.Record) error {
			judged, err := figure.Judge(r, night)
			switch {
			case err != nil:
				return err
			case judged.EverLost():
				lost[r.Customer] = judged
			default:
				part.Add(judged, night)
			}
			return nil
		},
		func(id crm.CustomerID, ending churn.Ending) {
			part.AddEnding(ending, night)
			endings[id] = append(endings[id], ending)
		})
	for id, judged := range lost {
		judged.Endings = endings[id]
		part.Add(judged, night)
	}
	return part, err
}
