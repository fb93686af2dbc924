package store

import (
	"cmp"
	"context"
	"hash/fnv"
	"time"

	"guanxi/internal/crm"
)

// Timers wake a worker at a later time. They lie in 16 shards, sorted by when
// they are due; each sweep reads every shard from its beginning, so a timer
// that is written late lies in nobody's past.
type Timers struct{ table table }

// NewTimers keeps timers in the table Operations.
func NewTimers(db DB, name string) Timers { return Timers{table{db.client, name}} }

type timerItem struct {
	ID       string         `dynamodbav:"id"`
	Kind     crm.TimerKind  `dynamodbav:"kind,omitempty"` // none: set before there were kinds, for a warning
	Customer crm.CustomerID `dynamodbav:"customer,omitempty"`
	Ref      string         `dynamodbav:"ref,omitempty"`
	Trace    string         `dynamodbav:"trace,omitempty"`
}

// Set is idempotent: the key is made of the due time and the id.
func (t Timers) Set(ctx context.Context, timer crm.Timer) error {
	w, err := t.set(timer)
	if err != nil {
		return err
	}
	return w.do(ctx, "store.SetTimer")
}

// set is the write that sets a timer, also together with what it is for.
func (t Timers) set(timer crm.Timer) (write, error) {
	stored, err := encode("store.SetTimer", timerItem{timer.ID, timer.Kind, timer.Customer, timer.Ref, timer.Trace})
	return write{table: t.table, key: key{timerPK(shardOf(timer.ID)), timerSK(timer.Due, timer.ID)}, put: stored}, err // equal content under an equal key: no condition
}

// Due reads the timers of one shard that have come, at most limit of them.
func (t Timers) Due(ctx context.Context, shard int, now time.Time, limit int) ([]crm.Timer, error) {
	const op = "store.DueTimers"
	var due []crm.Timer
	q := query{table: t.table, pk: timerPK(shard), between: [2]string{"0", timeKey(now) + "~"}, limit: limit}
	_, err := q.run(ctx, op, func(i item) error {
		var stored timerItem
		err := decode(op, i, &stored)
		due = append(due, crm.Timer{ID: stored.ID, Kind: cmp.Or(stored.Kind, crm.TimerWarning), Due: instant(split(sortKeyOf(i))[0]),
			Customer: stored.Customer, Ref: stored.Ref, Trace: stored.Trace})
		return err
	})
	return due, err
}

// Shards is how many shards a sweep has to read.
func (Timers) Shards() int { return timerShards }

// Sent removes a timer whose message is in its queue.
func (t Timers) Sent(ctx context.Context, timer crm.Timer) error {
	w := write{table: t.table, key: key{timerPK(shardOf(timer.ID)), timerSK(timer.Due, timer.ID)}, remove: true} // gone is gone
	return w.do(ctx, "store.TimerSent")
}

func shardOf(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % timerShards)
}
