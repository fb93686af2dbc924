// Package segments is the API of segments: what conditions may name, a preview
// before one is saved, the segments themselves, and who is in them.
package segments

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/card"
	"guanxi/internal/condition"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/decision"
	"guanxi/internal/figure"
	"guanxi/internal/segment"
	"guanxi/internal/standing"
)

// Segments keeps the segments, all in one document. A put is a Conflict where
// somebody put another version meanwhile.
type Segments interface {
	ActiveSegments(ctx context.Context, fresh bool) (segment.Set, error)
	PutSegments(ctx context.Context, next segment.Set, action string, changed crm.SegmentID) error
	ReadCustomFields(ctx context.Context) (crm.Versioned[customer.CustomFields], error)
}

// Members lists who is in a segment, by the order of ids.
type Members interface {
	Members(ctx context.Context, id crm.SegmentID, lists []card.List, limit int, after crm.CustomerID) (page []card.Card, next crm.CustomerID, err error)
}

// Sample reads about most customers of a part of the base.
type Sample interface {
	Each(ctx context.Context, segment, segments, most int, each func(customer.Profile, standing.Record) error) (whole bool, err error)
}

// Counts says how many customers there are, and how many of them were asked by a
// version of the segments.
type Counts interface {
	Progress(ctx context.Context, of decision.Release) (decision.Progress, error)
	Count(ctx context.Context, store *crm.StoreID, on crm.Date) (count figure.Count, night crm.Date, found bool, err error)
}

type leaf struct {
	api      *api.API
	segments Segments
	members  Members
	sample   Sample
	counts   Counts
	zone     *time.Location
}

// Register adds the operations. Zone is the deployment's.
func Register(a *api.API, segments Segments, members Members, sample Sample, counts Counts, zone *time.Location) {
	l := leaf{a, segments, members, sample, counts, zone}
	const all, one = "/v1/segments", "/v1/segments/{id}"
	api.Register(a, operation("list-segment-fields", http.MethodGet, all+"/fields", "What a condition may name: only what your role reads unmasked"), l.fields)
	preview := operation("preview-segment", http.MethodPost, all+"/preview", "How many a condition would hold for, before it is saved")
	preview.Description = "Asks a sample of the base, or all of it where it is small, and tells the share with its interval; within your scope. It changes nothing. " +
		"Roles that see no contact data are told no number under ten."
	api.Register(a, preview, l.preview)
	api.Register(a, operation("list-segments", http.MethodGet, all, "All segments"), l.list)
	api.Register(a, operation("read-segment", http.MethodGet, one, "One segment"), l.read)
	put := operation("put-segment", http.MethodPut, one, "Define or change a segment", http.StatusConflict)
	put.Description = "Everybody is asked anew in the background, from two minutes later on; the list of segments says how far that has come."
	api.Register(a, put, l.put)
	remove := operation("delete-segment", http.MethodDelete, one, "Delete a segment", http.StatusConflict)
	remove.DefaultStatus = http.StatusNoContent
	remove.Description = "Its members leave it in the background."
	api.Register(a, remove, l.remove)
	who := operation("list-segment-members", http.MethodGet, one+"/members", "Who is in a segment, in your scope, by the time of their creation")
	who.Description = "Roles that see no contact data see nobody while there are fewer than ten."
	api.Register(a, who, l.who)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"segments"}, Errors: responses}
}

// Path names a segment. Exported, because huma fills no unexported struct that is embedded.
type Path struct {
	ID crm.SegmentID `path:"id" maxLength:"24" pattern:"^[a-z][a-z0-9-]*$" patternDescription:"a lower-case word" example:"lapsing-gold"`
}

// Segment is a segment as callers see it.
type Segment struct {
	ID crm.SegmentID `json:"id" readOnly:"true" example:"lapsing-gold"`
	Fields
	Private   bool        `json:"private" readOnly:"true" doc:"The condition names a field that some roles see masked."`
	Version   int         `json:"version" readOnly:"true" doc:"That of all segments in which this one was last changed." example:"3"`
	Author    crm.Subject `json:"author" readOnly:"true" doc:"Who changed it." example:"u-li"`
	ChangedAt time.Time   `json:"changed_at" readOnly:"true" example:"2026-11-20T15:04:05Z"`
}

// Fields are what somebody says who defines a segment.
type Fields struct {
	Name        string `json:"name" minLength:"1" maxLength:"100" doc:"What people read." example:"金卡沉默客户"`
	Description string `json:"description,omitempty" maxLength:"500" example:"Gold, and silent for three months"`
	Condition   string `json:"condition" minLength:"1" maxLength:"2000" doc:"In CEL (https://cel.dev), over the fields of /v1/segments/fields: who it holds for is a member." example:"level == 'gold' && silence_days >= 90"`
}

func shown(s segment.Segment) Segment {
	return Segment{ID: s.ID, Fields: Fields{s.Name, s.Description, s.Condition}, Private: s.Private, Version: s.Version, Author: s.Author, ChangedAt: s.ChangedAt}
}

func etag(s segment.Segment) string { return api.ETag(revision(s)) }

func revision(s segment.Segment) string { return strconv.Itoa(s.Version) }

// language is what conditions may say today.
func (l leaf) language(ctx context.Context) (condition.Language, customer.CustomFields, error) {
	own, err := l.segments.ReadCustomFields(ctx)
	if err != nil {
		return condition.Language{}, own.Value, err
	}
	language, err := condition.New(own.Value)
	return language, own.Value, err
}

// compile checks a condition, and that the caller reads unmasked all that it names.
func (l leaf) compile(ctx context.Context, text string) (condition.Condition, error) {
	language, _, err := l.language(ctx)
	if err != nil {
		return condition.Condition{}, err
	}
	c, err := language.Compile(text)
	if err != nil || api.CallerOf(ctx).Role.SeesContacts() {
		return c, err
	}
	for _, name := range c.Private() {
		return c, crm.Wrong("segments.compile", "condition", "your role sees %s masked", name)
	}
	return c, nil
}

func (l leaf) find(ctx context.Context, id crm.SegmentID) (segment.Set, segment.Segment, error) {
	set, err := l.segments.ActiveSegments(ctx, true)
	if err != nil {
		return set, segment.Segment{}, err
	}
	s, there := set.Find(id)
	if !there {
		return set, s, crm.Fail("segments.find", crm.NotFound, "there is no such segment")
	}
	return set, s, nil
}
