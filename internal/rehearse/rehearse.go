// Package rehearse tries drafts of the policy on the base: it judges everybody,
// from all their facts, by the rules in force and by the draft, and writes
// nothing but what that comes to.
//
// A run begins with a timer that was set with it, and is cut into segments, a
// message each. Each segment keeps its part; who finds that no part is missing
// asks for the fold. All of it may be repeated, and ends the same.
package rehearse

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/event"
	"guanxi/internal/history"
	"guanxi/internal/review"
	"guanxi/internal/standing"
	"guanxi/internal/telemetry"
	"guanxi/internal/whatif"
)

// Runs keeps runs and their parts. The first to begin one says in how many
// segments, and the first to finish it what it came to.
type Runs interface {
	Run(ctx context.Context, draft, id string) (whatif.State, error)
	BeginRun(ctx context.Context, r whatif.Run, segments int) (whatif.State, error)
	KeepRunPart(ctx context.Context, r whatif.Run, segment int, p whatif.Part) error
	RunParts(ctx context.Context, r whatif.Run) ([]whatif.Part, error)
	FinishRun(ctx context.Context, r whatif.Run, whole whatif.Part) error
}

// Base reads the facts of everybody in a segment of the base, and says how many
// read units that took.
type Base interface {
	review.Sizer
	Histories(ctx context.Context, segment, segments int, each func(crm.CustomerID, history.Facts)) (units float64, err error)
}

// Book hands out rules, in force or not.
type Book interface {
	Policy(ctx context.Context, version int) (standing.Policy, error)
	Cut(ctx context.Context, p standing.Policy, cuts int) (standing.Policy, error)
	RulesOf(ctx context.Context, p standing.Policy, v decision.Versions) (decision.Rules[standing.Measures, standing.Classes], error)
}

// Rehearsal works the messages of WhatIfQueue.
type Rehearsal struct {
	Runs   Runs
	Base   Base
	Book   Book
	Sender review.Sender
	Queue  string
}

// finer is into how many more segments the base is cut than for the review: a
// customer's facts take longer to read than their decision.
const finer = 4

// folding is the timer of the message that asks for the fold.
const folding = "fold"

// Work handles one message.
func (r Rehearsal) Work(ctx context.Context, e event.Envelope) error {
	draft, id, err := whatif.ParseRef(e.Ref)
	if err != nil {
		return &crm.Error{Op: "rehearse.Work", Kind: crm.Malformed, Err: err}
	}
	run, err := r.Runs.Run(ctx, draft, id)
	if err != nil {
		return err
	}
	switch {
	case run.Outcome != nil:
		return nil
	case e.Kind == event.Segment:
		return r.segment(ctx, run, e)
	case e.Timer == folding:
		return r.fold(ctx, run)
	}
	return r.begin(ctx, run, e)
}

func (r Rehearsal) begin(ctx context.Context, run whatif.State, e event.Envelope) error {
	bytes, err := r.Base.Bytes(ctx)
	if err != nil {
		return err
	}
	if run, err = r.Runs.BeginRun(ctx, run.Run, review.Segments(finer*bytes)); err != nil {
		return err
	}
	segments := make([]event.Envelope, run.Segments)
	for i := range segments {
		segments[i] = event.Envelope{Kind: event.Segment, Segment: i, Segments: len(segments), AsOf: run.AskedAt, Ref: run.Ref(), Cause: "what-if", Trace: e.Trace}
	}
	return r.Sender.Send(ctx, r.Queue, segments)
}

func (r Rehearsal) segment(ctx context.Context, run whatif.State, e event.Envelope) error {
	trial, err := r.trial(ctx, run.Run)
	if err != nil {
		return err
	}
	var part whatif.Part
	part.Reads, err = r.Base.Histories(ctx, e.Segment, e.Segments, func(id crm.CustomerID, f history.Facts) { part.Add(trial, id, f) })
	if err != nil {
		return err
	}
	telemetry.Count(ctx, telemetry.CustomersTried, part.Customers)
	if err := r.Runs.KeepRunPart(ctx, run.Run, e.Segment, part); err != nil {
		return err
	}
	if run, err = r.Runs.Run(ctx, run.Draft, run.ID); err != nil || run.Done < run.Segments {
		return err
	}
	// The message's own time is when the run was over: nobody here has a clock.
	return r.Sender.Send(ctx, r.Queue, []event.Envelope{{Kind: event.Due, Timer: folding, Ref: run.Ref(), Cause: "what-if", Trace: e.Trace}})
}

func (r Rehearsal) fold(ctx context.Context, run whatif.State) error {
	parts, err := r.Runs.RunParts(ctx, run.Run)
	if err != nil {
		return err
	}
	var whole whatif.Part
	for _, part := range parts {
		whole.Merge(part)
	}
	return r.Runs.FinishRun(ctx, run.Run, whole)
}

// trial is the rules of both sides. The draft is tried with the model and the
// cuts that were in force.
func (r Rehearsal) trial(ctx context.Context, run whatif.Run) (t whatif.Trial, err error) {
	inForce, err := r.Book.Policy(ctx, run.Before.Policy)
	if err != nil {
		return t, err
	}
	t.On = run.On
	if t.Before, err = r.judge(ctx, inForce, run.Before); err != nil {
		return t, err
	}
	t.After, err = r.judge(ctx, run.Policy, run.Before)
	return t, err
}

func (r Rehearsal) judge(ctx context.Context, p standing.Policy, v decision.Versions) (whatif.Judge, error) {
	p, err := r.Book.Cut(ctx, p, v.Cuts)
	if err != nil {
		return whatif.Judge{}, err
	}
	rules, err := r.Book.RulesOf(ctx, p, v)
	return whatif.Judge{Decide: rules.Judge, Why: func(m standing.Measures) []decision.Reason {
		_, reasons := standing.Judge(p, m)
		return reasons
	}}, err
}
