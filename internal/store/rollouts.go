package store

import (
	"context"
	"strconv"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// rolloutItem is how a rollout began, or what was seen of a part of the base.
type rolloutItem struct {
	SK        string `dynamodbav:"SK"`
	Taken     string `dynamodbav:"taken"`
	Edition   int64  `dynamodbav:"edition"`
	Parts     int    `dynamodbav:"parts"`
	Customers int    `dynamodbav:"customers"`
	Decided   int    `dynamodbav:"decided"`
}

// BeginRollout notes by which edition a release is brought to everybody, and in
// how many parts, unless that is noted already; it returns how far it is.
func (f Figures) BeginRollout(ctx context.Context, of decision.Release, edition int64, parts int, at time.Time) (decision.Progress, error) {
	w := write{table: f.table, key: rolloutKey(of, skBegun), when: "attribute_not_exists(PK)",
		put: item{"taken": str(timeKey(at)), "edition": num(edition), "parts": num(int64(parts))}}
	if _, err := accepted(w.do(ctx, "store.BeginRollout")); err != nil {
		return decision.Progress{}, err
	}
	return f.Progress(ctx, of)
}

// Progress is how far a release has come, strongly consistent; the zero one where
// that has not begun.
func (f Figures) Progress(ctx context.Context, of decision.Release) (p decision.Progress, err error) {
	const op = "store.Progress"
	q := query{table: f.table, pk: rolloutKey(of, "").PK, consistent: true} // how it began comes first
	_, err = q.run(ctx, op, func(i item) error {
		var stored rolloutItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		if stored.SK == skBegun {
			p = decision.Progress{Edition: stored.Edition, Since: instant(stored.Taken), Parts: make([]decision.Part, stored.Parts)}
			return nil
		}
		n, err := strconv.Atoi(split(stored.SK)[1])
		if err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		p.Parts[n] = decision.Part{Customers: stored.Customers, Decided: stored.Decided, At: instant(stored.Taken)}
		return nil
	})
	return p, err
}

// KeepProgress notes what was seen of a part, unless something later is noted.
func (f Figures) KeepProgress(ctx context.Context, of decision.Release, part int, seen decision.Part) error {
	at := str(timeKey(seen.At))
	w := write{table: f.table, key: rolloutKey(of, rolloutPartSK(part)), when: notOlder, values: item{":taken": at},
		put: item{"taken": at, "customers": num(int64(seen.Customers)), "decided": num(int64(seen.Decided))}}
	_, err := accepted(w.do(ctx, "store.KeepProgress"))
	return err
}
