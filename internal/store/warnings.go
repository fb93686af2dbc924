package store

import (
	"context"
	"encoding/json"
	"strings"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// Warnings are the churn warnings of customers, each with its follow-up. The
// open ones of a store stand in the sparse index, oldest first.
type Warnings struct {
	table table
	audit audit
	seal  sealer
}

// NewWarnings keeps warnings; audited is the Audit table, needed only where
// people close them.
func NewWarnings(db DB, customers, audited string, keys *seal.Keys) Warnings {
	return Warnings{table{db.client, customers}, audit{table{db.client, audited}}, sealer{keys}}
}

// warningItem seals the warning, whose evidence tells of purchases; a rev guards
// it.
type warningItem struct {
	PK   string `dynamodbav:"PK"`
	SK   string `dynamodbav:"SK"`
	Rev  int64  `dynamodbav:"rev"`
	Body []byte `dynamodbav:"body"`
}

// followUpItem is a task in clear: codes, dates and ids.
type followUpItem struct {
	Rev int64  `dynamodbav:"rev"`
	Doc string `dynamodbav:"doc"`
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
func (w Warnings) Open(ctx context.Context, warning churn.Warning, task churn.FollowUp) error {
	const op = "store.OpenWarning"
	opening, err := w.put(ctx, warning, 0)
	if err != nil {
		return err
	}
	followUp, err := w.followUp(task, 0)
	if err != nil {
		return err
	}
	return together(ctx, op, opening, followUp)
}

// Amend replaces a warning that still has the revision; Conflict otherwise. An
// end closes its follow-up with it, and is audited when a person made it.
func (w Warnings) Amend(ctx context.Context, next churn.Warning, rev int64) error {
	const op = "store.AmendWarning"
	amended, err := w.put(ctx, next, rev)
	if err != nil {
		return err
	}
	writes := []write{amended}
	if !next.Open() {
		task, taskRev, err := w.task(ctx, next)
		if err != nil {
			return err
		}
		if taskRev > 0 && task.ClosedAt.IsZero() {
			closed, err := w.followUp(task.Closed(next.Outcome, next.ClosedBy, next.ClosedAt), taskRev)
			if err != nil {
				return err
			}
			writes = append(writes, closed)
		}
	}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, w.audit.entry(ctx, "close-churn-warning", string(next.Customer)+" "+next.Since.String()))
	}
	return together(ctx, op, writes...)
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
		out.put[indexPK], out.put[indexSK] = str(warningIndexPK(warning.Store)), str(join(timeKey(warning.OpenedAt), string(warning.Customer)))
	}
	return out, nil
}

func (w Warnings) followUp(task churn.FollowUp, rev int64) (write, error) {
	doc, err := json.Marshal(task)
	if err != nil {
		return write{}, &crm.Error{Op: "store.FollowUp", Err: err}
	}
	out := write{table: w.table, key: followUpKey(task.Customer, task.ID), put: item{"rev": num(rev + 1), "doc": str(string(doc))}, when: "attribute_not_exists(PK)"}
	if rev > 0 {
		out.when, out.values = "rev = :rev", item{":rev": num(rev)}
	}
	return out, nil
}

// task is the follow-up of a warning; revision 0 where there is none.
func (w Warnings) task(ctx context.Context, warning churn.Warning) (task churn.FollowUp, rev int64, err error) {
	const op = "store.FollowUp"
	var stored followUpItem
	found, err := w.table.get(ctx, op, followUpKey(warning.Customer, churn.FollowUpID(warning.Since)), true, &stored)
	if err != nil || !found {
		return task, 0, err
	}
	if err := json.Unmarshal([]byte(stored.Doc), &task); err != nil {
		return task, 0, &crm.Error{Op: op, Err: err}
	}
	return task, stored.Rev, nil
}

// FollowUps reads all tasks about a customer, the oldest first.
func (w Warnings) FollowUps(ctx context.Context, id crm.CustomerID) (all []churn.FollowUp, err error) {
	const op = "store.FollowUps"
	q := query{table: w.table, pk: customerPK(id), prefix: skFollowUp}
	_, err = q.run(ctx, op, func(i item) error {
		var stored followUpItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		var task churn.FollowUp
		if err := json.Unmarshal([]byte(stored.Doc), &task); err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		all = append(all, task)
		return nil
	})
	return all, err
}

// ListOpen reads the open warnings of a store, oldest first, with a cursor.
func (w Warnings) ListOpen(ctx context.Context, store crm.StoreID, limit int, after string) (page []churn.Warning, next string, err error) {
	const op = "store.OpenWarnings"
	q := query{table: w.table, index: warningIndex, pk: warningIndexPK(store), limit: limit}
	if after != "" {
		parts := strings.SplitN(after, "|", 3)
		if len(parts) != 3 {
			return nil, "", crm.Fail(op, crm.Malformed, "not a cursor of this list")
		}
		q.after = key{parts[0], parts[1]}.attributes()
		q.after[indexPK], q.after[indexSK] = str(q.pk), str(parts[2])
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		v, err := w.read(ctx, op, i)
		page = append(page, v.Value)
		return err
	})
	if stopped != nil {
		next = strings.Join([]string{text(stopped[attrPK]), text(stopped[attrSK]), text(stopped[indexSK])}, "|")
	}
	return page, next, err
}

func (w Warnings) read(ctx context.Context, op string, i item) (v crm.Versioned[churn.Warning], err error) {
	var stored warningItem
	if err := decode(op, i, &stored); err != nil {
		return v, err
	}
	v.Rev = stored.Rev
	return v, w.seal.open(ctx, seal.Amount, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &v.Value)
}
