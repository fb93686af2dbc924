package learning

import (
	"context"
	"encoding/json"

	"guanxi/internal/crm"
	"guanxi/internal/rfm"
	"guanxi/internal/standing"
)

// Sets keeps the documents of cuts, as Models does those of models.
type Sets interface {
	LastCuts(ctx context.Context) (version int, err error)
	KeepCuts(ctx context.Context, version int, inForce bool, document []byte) error
}

// Cutter parts the buyers of the base into fifths.
type Cutter struct {
	Decisions Decisions
	Sets      Sets
	Book      standing.Book // says whether the policy scores by quintiles
}

// Cut counts the base as of the end of yesterday and keeps the cuts. They are
// put in force where the policy scores by quintiles: else they would make
// everybody be decided about again, with the same answer.
func (c Cutter) Cut(ctx context.Context) error {
	at := crm.AsOf(ctx)
	on := crm.DateIn(at, c.Book.Zone) - 1
	version, err := c.Sets.LastCuts(ctx)
	if err != nil {
		return err
	}
	versions, err := c.Book.Documents.Active(ctx, true)
	if err != nil {
		return err
	}
	policy, err := c.Book.Policy(ctx, versions.Policy)
	if err != nil {
		return err
	}
	counts, err := scan(ctx, c.Decisions, rfm.NewCounts, func(part rfm.Counts, m standing.Measures) error {
		days, spend, ok, err := Stand(m, on)
		if ok {
			part.Add(days, spend)
		}
		return err
	}, rfm.Counts.Merge)
	if err != nil {
		return err
	}
	cuts, ok := counts.Quintiles()
	if !ok {
		return nil // nobody bought: there is nothing to cut
	}
	document, err := json.Marshal(rfm.Frozen{Version: version + 1, On: on, CutAt: at, Buyers: counts.Buyers(), Cuts: cuts})
	if err != nil {
		return &crm.Error{Op: "learning.Cut", Err: err}
	}
	return c.Sets.KeepCuts(ctx, version+1, policy.RFM.Mode == rfm.Quintiles, document)
}

// Stand tells what a buyer is scored by at the end of the date, by the measures
// of a decision that still stands then: the days since the last purchase, and
// the net spend. False: they had not bought yet.
func Stand(m standing.Measures, on crm.Date) (days int, spend int64, ok bool, err error) {
	i, err := m.Insight.Unpack()
	if err != nil || i.First == 0 || i.First > on {
		return 0, 0, false, err
	}
	return int(on - last(i, recent(i, on))), spent(m, i, on), true, nil
}
