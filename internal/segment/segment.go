// Package segment says what a segment of the customers is: a name, and a
// condition over what is known of a customer. It lists the fields that a
// condition may name, and takes their values. Conditions are compiled and
// evaluated by the package condition.
package segment

import (
	"slices"
	"time"

	"guanxi/internal/crm"
)

// Segment is one of the segments that staff define.
type Segment struct {
	ID          crm.SegmentID `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Condition   string        `json:"condition"`         // in CEL: who it holds for is a member
	Private     bool          `json:"private,omitempty"` // the condition names a field that some roles see masked
	Version     int           `json:"version"`           // that of the Set in which it was last changed
	Author      crm.Subject   `json:"author"`            // who changed it
	ChangedAt   time.Time     `json:"changed_at"`
}

// Set is all segments of one version. Segments are kept as one document, like
// the policy: whatever is changed makes a new version, by which everybody is
// decided again, and every old one stays readable.
type Set struct {
	Version  int       `json:"version"`
	Segments []Segment `json:"segments"` // by id
}

const (
	// Most is how many segments there are at most: each costs a few microseconds
	// at every decision, and its id lies with each member.
	Most = 50
	// MostCharacters bounds a condition.
	MostCharacters = 2000
)

// Find is the segment of that id.
func (s Set) Find(id crm.SegmentID) (Segment, bool) {
	i, found := s.at(id)
	if !found {
		return Segment{}, false
	}
	return s.Segments[i], true
}

func (s Set) at(id crm.SegmentID) (int, bool) {
	return slices.BinarySearchFunc(s.Segments, id, func(one Segment, id crm.SegmentID) int {
		switch {
		case one.ID < id:
			return -1
		case one.ID > id:
			return 1
		}
		return 0
	})
}

// With is the next version of the set, with the segment added or changed.
func (s Set) With(one Segment) (Set, error) {
	next := Set{Version: s.Version + 1, Segments: slices.Clone(s.Segments)}
	one.Version = next.Version
	i, there := s.at(one.ID)
	switch {
	case there:
		next.Segments[i] = one
	case len(s.Segments) == Most:
		return s, crm.Fail("segment.With", crm.Conflict, "there are %d segments, and no more than that: delete one", Most)
	default:
		next.Segments = slices.Insert(next.Segments, i, one)
	}
	return next, nil
}

// Without is the next version of the set, without the segment.
func (s Set) Without(id crm.SegmentID) Set {
	next := Set{Version: s.Version + 1, Segments: slices.Clone(s.Segments)}
	if i, there := s.at(id); there {
		next.Segments = slices.Delete(next.Segments, i, i+1)
	}
	return next
}
