package store

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/task"
)

// Warnings are the churn warnings of customers, each with its follow-up. The
// open ones of a store stand in the sparse index, oldest first.
type Warnings struct {
	table table
	audit audit
	seal  sealer
	tasks Tasks
}

// NewWarnings keeps warnings; audited is the Audit table, needed only where
// people close them.
func NewWarnings(db DB, customers, audited string, keys *seal.Keys, zone *time.Location) Warnings {
	return Warnings{table{db.client, customers}, audit{table{db.client, audited}}, sealer{keys}, NewTasks(db, customers, audited, keys, zone)}
}

// warningItem seals the warning, whose evidence tells of purchases; a rev guards
// it.
type warningItem struct {
	PK   string `dynamodbav:"PK"`
	SK   string `dynamodbav:"SK"`
	Rev  int64  `dynamodbav:"rev"`
	Body []byte `dynamodbav:"body"`
}

// endedItem is what is clear of a closed warning: codes and dates, for figures.
type endedItem struct {
	On      string           `dynamodbav:"on"`
	Outcome churn.Outcome    `dynamodbav:"outcome"`
	Loss    churn.LossReason `dynamodbav:"loss,omitempty"`
	Store   crm.StoreID      `dynamodbav:"store,omitempty"`
}

const endedAttribute = "ended"

func readEnding(op string, i item) (churn.Ending, error) {
	var stored struct {
		SK    string    `dynamodbav:"SK"`
		Ended endedItem `dynamodbav:"ended"`
	}
	if err := decode(op, i, &stored); err != nil {
		return churn.Ending{}, err
	}
	e := churn.Ending{Outcome: stored.Ended.Outcome, Loss: stored.Ended.Loss, Store: stored.Ended.Store}
	var err error
	if e.Since, err = crm.ParseDate(strings.TrimPrefix(stored.SK, skWarning)); err == nil {
		e.On, err = crm.ParseDate(stored.Ended.On)
	}
	if err != nil {
		return e, &crm.Error{Op: op, Err: err}
	}
	return e, nil
}

// Of reads all warnings that a customer ever had, oldest silence first.
func (w Warnings) Of(ctx context.Context, id crm.CustomerID) (all []crm.Versioned[churn.Warning], err error) {
	const op = "store.Warnings"
	q := query{table: w.table, pk: customerPK(id), prefix: skWarning, consistent: true}
	_, err = q.run(ctx, op, func(i item) error {
		v, err := w.read(ctx, op, i)
		all = append(all, v)
		return err
	})
	return all, err
}

// One reads the warning about the silence since a date.
func (w Warnings) One(ctx context.Context, id crm.CustomerID, since crm.Date) (v crm.Versioned[churn.Warning], err error) {
	const op = "store.Warning"
	stored, err := w.table.item(ctx, op, warningKey(id, since), true)
	if err != nil {
		return v, err
	}
	if stored == nil {
		return v, crm.Fail(op, crm.NotFound, "there is no such warning")
	}
	return w.read(ctx, op, stored)
}

// Open writes a new warning and its follow-up, all or nothing; Conflict where
// the customer has the warning already.
func (w Warnings) Open(ctx context.Context, warning churn.Warning, followUp task.Task) error {
	const op = "store.OpenWarning"
	opening, err := w.put(ctx, warning, 0)
	if err != nil {
		return err
	}
	opens, err := w.tasks.opening(ctx, followUp)
	if err != nil {
		return err
	}
	return together(ctx, op, opening, opens)
}

// Amend replaces a warning that still has the revision; Conflict otherwise. Its
// follow-up goes the same way in the same transaction, which is audited when a
// person does it.
func (w Warnings) Amend(ctx context.Context, next churn.Warning, rev int64) error {
	const op = "store.AmendWarning"
	amended, err := w.put(ctx, next, rev)
	if err != nil {
		return err
	}
	writes := []write{amended}
	var stored taskItem
	found, err := w.table.get(ctx, op, taskKey(task.Ref{Customer: next.Customer, ID: churn.FollowUpID(next.Since)}), true, &stored)
	if err != nil {
		return err
	}
	if found {
		before, err := stored.task()
		if err != nil {
			return err
		}
		if after := next.FollowUp(before.Value); after.Outcome != before.Value.Outcome || after.EscalatedAt != before.Value.EscalatedAt || after.Due != before.Value.Due {
			turned, err := w.tasks.turning(after, before.Rev)
			if err != nil {
				return err
			}
			writes = append(writes, turned)
		}
	}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, w.audit.entry(ctx, "update-churn-warning", next.ID()))
	}
	return together(ctx, op, writes...)
}

// CloseWith closes an open warning and its follow-up, each of which still has its
// revision, all or nothing and audited: for a person who closes the follow-up.
func (w Warnings) CloseWith(ctx context.Context, closed churn.Warning, rev int64, followUp task.Task, followUpRev int64) error {
	warning, err := w.put(ctx, closed, rev)
	if err != nil {
		return err
	}
	ends, err := w.tasks.amending(ctx, followUp, followUpRev)
	if err != nil {
		return err
	}
	return together(ctx, "store.CloseWarning", warning, ends, w.audit.entry(ctx, "update-follow-up", followUp.Ref().String()))
}

func (w Warnings) put(ctx context.Context, warning churn.Warning, rev int64) (write, error) {
	k := warningKey(warning.Customer, warning.Since)
	sealed, err := w.seal.seal(ctx, seal.Amount, k, bodyAttribute, warning)
	if err != nil {
		return write{}, err
	}
	out := write{table: w.table, key: k, put: item{"rev": num(rev + 1), bodyAttribute: sealed}, when: "attribute_not_exists(PK)"}
	if rev > 0 {
		out.when, out.values = "rev = :rev", item{":rev": num(rev)}
	}
	if warning.Open() {
		out.put[openIndex().pk], out.put[openIndex().sk] = str(warningIndexPK(warning.Store, warning.SnoozedUntil != 0)), str(join(timeKey(warning.OpenedAt), string(warning.Customer)))
	}
	if !warning.Open() {
		end := warning.Ending(w.tasks.zone)
		ended, err := encode("store.Warning", endedItem{end.On.String(), end.Outcome, end.Loss, end.Store})
		if err != nil {
			return write{}, err
		}
		out.put[endedAttribute] = &types.AttributeValueMemberM{Value: ended}
	}
	return out, nil
}

// FollowUps reads all tasks about a customer, by their ids, without what is
// sealed in them.
func (w Warnings) FollowUps(ctx context.Context, id crm.CustomerID) (all []task.Task, err error) {
	const op = "store.FollowUps"
	_, err = query{table: w.table, pk: customerPK(id), prefix: skFollowUp}.run(ctx, op, func(i item) error {
		var stored taskItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		v, err := stored.task()
		all = append(all, v.Value)
		return err
	})
	return all, err
}

// ListOpen reads the open warnings of a store, those that are awake or those
// that sleep, oldest first, with a cursor.
func (w Warnings) ListOpen(ctx context.Context, store crm.StoreID, asleep bool, limit int, after string) (page []churn.Warning, next string, err error) {
	const op = "store.OpenWarnings"
	q := query{table: w.table, index: openIndex(), pk: warningIndexPK(store, asleep), limit: limit}
	if q.after, err = q.at(op, after); err != nil {
		return nil, "", err
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		v, err := w.read(ctx, op, i)
		page = append(page, v.Value)
		return err
	})
	return page, q.cursor(stopped), err
}

func (w Warnings) read(ctx context.Context, op string, i item) (v crm.Versioned[churn.Warning], err error) {
	var stored warningItem
	if err := decode(op, i, &stored); err != nil {
		return v, err
	}
	v.Rev = stored.Rev
	return v, w.seal.open(ctx, seal.Amount, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &v.Value)
}
