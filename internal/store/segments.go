package store

import (
	"context"
	"encoding/json"
	"strconv"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/segment"
)

// SegmentSet is a version of the segments; the empty one for version 0.
func (s Settings) SegmentSet(ctx context.Context, version int) (set segment.Set, err error) {
	if version == 0 {
		return set, nil
	}
	document, err := s.document(ctx, setsOfSegments, version)
	if err != nil {
		return set, err
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return set, &crm.Error{Op: "store.SegmentSet", Err: err}
	}
	return set, nil
}

// ActiveSegments is the set in force.
func (s Settings) ActiveSegments(ctx context.Context, fresh bool) (segment.Set, error) {
	versions, err := s.Active(ctx, fresh)
	if err != nil {
		return segment.Set{}, err
	}
	return s.SegmentSet(ctx, versions.Segments)
}

// Segments changes the segments. With each version goes the timer by which it
// is brought to everybody.
type Segments struct {
	Settings
	timers Timers
}

// NewSegments changes the segments among these settings.
func NewSegments(settings Settings, timers Timers) Segments { return Segments{settings, timers} }

// PutSegments puts the version after the active one in force, in which one
// segment is another than before. Conflict: somebody put another in force
// meanwhile.
func (s Segments) PutSegments(ctx context.Context, next segment.Set, action string, changed crm.SegmentID) error {
	document, err := json.Marshal(next)
	if err != nil {
		return &crm.Error{Op: "store.PutSegments", Err: err}
	}
	force := s.force(setsOfSegments, next.Version)
	force.when, force.values[":before"] = "#kind = :before", num(int64(next.Version-1))
	if next.Version == 1 {
		force.when = "attribute_not_exists(#kind)"
		delete(force.values, ":before")
	}
	timer, err := s.timers.set(decision.Rollout{Release: decision.Release{Kind: decision.OfSegments, Version: next.Version}}.Timer(crm.AsOf(ctx)))
	if err != nil {
		return err
	}
	return s.keep(ctx, setsOfSegments, next.Version, document, force, s.since(ctx, setsOfSegments, next.Version), timer,
		s.audit.entry(ctx, action, string(changed)+" "+strconv.Itoa(next.Version)))
}
