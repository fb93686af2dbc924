package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/whatif"
)

// WhatIfs keeps the trials of drafts among the figures. What they came to names
// customers and amounts, so it is sealed.
type WhatIfs struct {
	figures table
	timers  Timers
	audit   audit
	seal    sealer
}

// NewWhatIfs keeps trials in the table Figures. Timers and audited, the Audit
// table, are needed where they are asked for.
func NewWhatIfs(db DB, figures string, timers Timers, audited string, keys *seal.Keys) WhatIfs {
	return WhatIfs{table{db.client, figures}, timers, audit{table{db.client, audited}}, sealer{keys}}
}

// whatIfFor is how long a trial is kept.
const whatIfFor = 90 * 24 * time.Hour

// whatIfItem is any item of a trial.
type whatIfItem struct {
	SK       string `dynamodbav:"SK"`
	Taken    string `dynamodbav:"taken"`
	Segments int    `dynamodbav:"segments"`
	Doc      []byte `dynamodbav:"doc"`
	Sealed   []byte `dynamodbav:"sealed"`
}

// put is the write of an item that is written once; who comes later changes
// nothing.
func (w WhatIfs) put(ctx context.Context, k key, attributes item) write {
	now := crm.AsOf(ctx)
	attributes["taken"], attributes["expires_at"] = str(timeKey(now)), num(now.Add(whatIfFor).Unix())
	return write{table: w.figures, key: k, when: "attribute_not_exists(PK)", put: attributes}
}

// Ask begins a trial: it is kept, and who works it is woken, or neither.
func (w WhatIfs) Ask(ctx context.Context, r whatif.Run) error {
	const op = "store.AskWhatIf"
	doc, err := deflate(r)
	if err != nil {
		return &crm.Error{Op: op, Err: err}
	}
	timer, err := w.timers.set(r.Timer())
	if err != nil {
		return err
	}
	asked := w.put(ctx, whatIfKey(r.Draft, r.ID, skQuestion), item{docAttribute: &types.AttributeValueMemberB{Value: doc}})
	return together(ctx, op, asked, timer, w.audit.entry(ctx, "try-policy-draft", r.Ref()))
}

// Run reads how far a trial is, strongly consistent; NotFound where there is none.
func (w WhatIfs) Run(ctx context.Context, draft, id string) (s whatif.State, err error) {
	const op = "store.WhatIf"
	pk := whatIfKey(draft, id, "").PK
	_, err = query{table: w.figures, pk: pk, consistent: true}.run(ctx, op, func(i item) error {
		var stored whatIfItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		switch {
		case stored.SK == skQuestion:
			return inflate(stored.Doc, &s.Run)
		case stored.SK == skBegun:
			s.Segments, s.BegunAt = stored.Segments, instant(stored.Taken)
		case stored.SK == skWhole:
			s.FinishedAt = instant(stored.Taken)
			s.Outcome, err = w.open(ctx, key{pk, skWhole}, stored.Sealed)
			return err
		case strings.HasPrefix(stored.SK, skThere):
			s.Done++
		}
		return nil
	})
	if err == nil && s.ID == "" {
		err = crm.Fail(op, crm.NotFound, "there is no such what-if")
	}
	return s, err
}

// BeginRun notes in how many segments a trial is cut, unless that is noted
// already; it returns how far it is.
func (w WhatIfs) BeginRun(ctx context.Context, r whatif.Run, segments int) (whatif.State, error) {
	begun := w.put(ctx, whatIfKey(r.Draft, r.ID, skBegun), item{"segments": num(int64(segments))})
	if _, err := accepted(begun.do(ctx, "store.BeginWhatIf")); err != nil {
		return whatif.State{}, err
	}
	return w.Run(ctx, r.Draft, r.ID)
}

// KeepRunPart keeps what a segment came to, and then that it is there.
func (w WhatIfs) KeepRunPart(ctx context.Context, r whatif.Run, segment int, p whatif.Part) error {
	if err := w.keep(ctx, whatIfPartKey(r.Draft, r.ID, segment), p); err != nil {
		return err
	}
	there := w.put(ctx, whatIfKey(r.Draft, r.ID, whatIfThereSK(segment)), item{})
	_, err := accepted(there.do(ctx, "store.KeepWhatIfPart"))
	return err
}

// RunParts are the parts that are there.
func (w WhatIfs) RunParts(ctx context.Context, r whatif.Run) (all []whatif.Part, err error) {
	const op = "store.WhatIfParts"
	pk := whatIfPartKey(r.Draft, r.ID, 0).PK
	_, err = query{table: w.figures, pk: pk, consistent: true}.run(ctx, op, func(i item) error {
		var stored whatIfItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		p, err := w.open(ctx, key{pk, stored.SK}, stored.Sealed)
		if err == nil {
			all = append(all, *p)
		}
		return err
	})
	return all, err
}

// FinishRun keeps what a trial came to.
func (w WhatIfs) FinishRun(ctx context.Context, r whatif.Run, whole whatif.Part) error {
	return w.keep(ctx, whatIfKey(r.Draft, r.ID, skWhole), whole)
}

// keep seals a part, deflated: the reasons of fifty people say much alike.
func (w WhatIfs) keep(ctx context.Context, k key, p whatif.Part) error {
	const op = "store.KeepWhatIf"
	doc, err := deflate(p)
	if err != nil {
		return &crm.Error{Op: op, Err: err}
	}
	sealed, err := w.seal.seal(ctx, seal.Amount, k, sealedAttribute, doc)
	if err != nil {
		return err
	}
	_, err = accepted(w.put(ctx, k, item{sealedAttribute: sealed}).do(ctx, op))
	return err
}

func (w WhatIfs) open(ctx context.Context, k key, sealed []byte) (*whatif.Part, error) {
	var doc []byte
	if err := w.seal.open(ctx, seal.Amount, k, sealedAttribute, sealed, &doc); err != nil {
		return nil, err
	}
	p := &whatif.Part{}
	if err := inflate(doc, p); err != nil {
		return nil, &crm.Error{Op: "store.WhatIf", Err: err}
	}
	return p, nil
}
