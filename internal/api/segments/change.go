package segments

import (
	"context"
	"net/http"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/segment"
)

type answer struct {
	ETag string `header:"ETag"`
	Body Segment
}

type saved struct {
	Status int
	ETag   string `header:"ETag"`
	Body   Segment
}

type list struct {
	Body struct {
		Version int       `json:"version" doc:"Of all segments: it grows with every change of one." example:"3"`
		Asked   asked     `json:"asked" doc:"How many customers have been asked by this version."`
		Items   []Segment `json:"items" nullable:"false"`
	}
}

// asked is how far a change has come.
type asked struct {
	Customers int  `json:"customers" doc:"As far as they were counted; 0 in the two minutes before they are." example:"48210"`
	Decided   int  `json:"decided" doc:"Of them, by the newest conditions." example:"48210"`
	Done      bool `json:"done"`
}

func (l leaf) list(ctx context.Context, _ *struct{}) (*list, error) {
	set, err := l.segments.ActiveSegments(ctx, true)
	if err != nil {
		return nil, err
	}
	progress, err := l.counts.Progress(ctx, decision.Release{Kind: decision.OfSegments, Version: set.Version})
	if err != nil {
		return nil, err
	}
	out := &list{}
	whole, _ := progress.Sum()
	out.Body.Asked = asked{whole.Customers, whole.Decided, progress.Done() || set.Version == 0}
	out.Body.Version, out.Body.Items = set.Version, make([]Segment, len(set.Segments))
	for i, s := range set.Segments {
		out.Body.Items[i] = shown(s)
	}
	return out, nil
}

func (l leaf) read(ctx context.Context, in *Path) (*answer, error) {
	_, s, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer{etag(s), shown(s)}, nil
}

func (l leaf) put(ctx context.Context, in *struct {
	Path
	api.IfMatch
	Body Fields
}) (*saved, error) {
	const op = "segments.put"
	set, old, err := l.find(ctx, in.ID)
	status := http.StatusOK
	switch {
	case err == nil:
		err = in.Expect(revision(old))
	case crm.KindOf(err) == crm.NotFound && in.IfMatch.IfMatch != "":
		err = crm.Fail(op, crm.Stale, "there is nothing yet that could match")
	case crm.KindOf(err) == crm.NotFound:
		status, err = http.StatusCreated, nil
	}
	if err != nil {
		return nil, err
	}
	c, err := l.compile(ctx, in.Body.Condition)
	if err != nil {
		return nil, err
	}
	e := crm.EventOf(ctx)
	next, err := set.With(segment.Segment{ID: in.ID, Name: in.Body.Name, Description: in.Body.Description, Condition: in.Body.Condition,
		Private: len(c.Private()) > 0, Author: e.Subject, ChangedAt: e.At})
	if err != nil {
		return nil, err
	}
	if err := l.segments.PutSegments(ctx, next, "put-segment", in.ID); err != nil {
		return nil, err
	}
	s, _ := next.Find(in.ID)
	return &saved{status, etag(s), shown(s)}, nil
}

func (l leaf) remove(ctx context.Context, in *struct {
	Path
	api.IfMatch
}) (*struct{}, error) {
	set, s, err := l.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(revision(s)); err != nil {
		return nil, err
	}
	return nil, l.segments.PutSegments(ctx, set.Without(in.ID), "delete-segment", in.ID)
}
