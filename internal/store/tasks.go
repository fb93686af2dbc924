package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/task"
)

// Tasks are what people are to do. A task lies with its customer, or with its
// store where it is about none. While it is open it stands in two sparse
// indexes, by store and by owner; afterwards in one, by who closed it and when.
type Tasks struct {
	table table
	audit audit
	seal  sealer
	zone  *time.Location
}

// NewTasks keeps tasks; audited is the Audit table, needed only where people
// write, and zone the one whose days people's days are.
func NewTasks(db DB, customers, audited string, keys *seal.Keys, zone *time.Location) Tasks {
	return Tasks{table{db.client, customers}, audit{table{db.client, audited}}, sealer{keys}, zone}
}

// taskItem has codes, dates and ids in clear; what people wrote, and what is
// known of purchases, is sealed.
type taskItem struct {
	PK      string `dynamodbav:"PK"`
	SK      string `dynamodbav:"SK"`
	Rev     int64  `dynamodbav:"rev"`
	Doc     string `dynamodbav:"doc"`
	Private []byte `dynamodbav:"private,omitempty"`
}

// Open writes a task that opens by itself. One whose id is there already,
// whether open or closed, is left as it is: a retry opens nothing anew.
func (s Tasks) Open(ctx context.Context, t task.Task) error {
	const op = "store.OpenTask"
	w, err := s.opening(ctx, t)
	if err != nil {
		return err
	}
	if err := w.do(ctx, op); crm.KindOf(err) != crm.Conflict {
		return err
	}
	return nil
}

// Create writes a task that a person opens, audited.
func (s Tasks) Create(ctx context.Context, t task.Task) error {
	w, err := s.opening(ctx, t)
	if err != nil {
		return err
	}
	return together(ctx, "store.CreateTask", w, s.audit.entry(ctx, "open-follow-up", t.Ref().String()))
}

// Amend replaces a task that still has the revision; Conflict otherwise. It is
// audited when a person does it.
func (s Tasks) Amend(ctx context.Context, next task.Task, rev int64) error {
	w, err := s.amending(ctx, next, rev)
	if err != nil {
		return err
	}
	writes := []write{w}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, s.audit.entry(ctx, "update-follow-up", next.Ref().String()))
	}
	return together(ctx, "store.AmendTask", writes...)
}

// Read reads one task; NotFound where there is none.
func (s Tasks) Read(ctx context.Context, ref task.Ref) (v crm.Versioned[task.Task], err error) {
	const op = "store.Task"
	stored, err := s.table.item(ctx, op, taskKey(ref), true)
	if err != nil {
		return v, err
	}
	if stored == nil {
		return v, crm.Fail(op, crm.NotFound, "there is no such task")
	}
	return s.read(ctx, op, stored)
}

// OfCustomer reads all tasks about a customer that there ever were, by their ids.
func (s Tasks) OfCustomer(ctx context.Context, id crm.CustomerID) (all []task.Task, err error) {
	const op = "store.TasksOfCustomer"
	_, err = query{table: s.table, pk: customerPK(id), prefix: skFollowUp}.run(ctx, op, s.collect(ctx, op, &all))
	return all, err
}

// OfOwner reads the open tasks of an owner that are due on the date or before,
// the earliest due first, at most so many.
func (s Tasks) OfOwner(ctx context.Context, owner crm.Subject, until crm.Date, limit int) (all []task.Task, err error) {
	const op = "store.TasksOfOwner"
	q := query{table: s.table, index: ownersIndex(), pk: ownerTasksPK(owner), between: dueUntil(until), limit: limit}
	_, err = q.run(ctx, op, s.collect(ctx, op, &all))
	return all, err
}

// OfStore reads the open tasks of a store that are due on the date or before,
// the earliest due first, with a cursor.
func (s Tasks) OfStore(ctx context.Context, store crm.StoreID, until crm.Date, limit int, after string) (page []task.Task, next string, err error) {
	const op = "store.TasksOfStore"
	q := query{table: s.table, index: openIndex(), pk: storeTasksPK(store), between: dueUntil(until), limit: limit}
	if q.after, err = q.at(op, after); err != nil {
		return nil, "", err
	}
	stopped, err := q.run(ctx, op, s.collect(ctx, op, &page))
	return page, q.cursor(stopped), err
}

// DoneBy counts what somebody closed on a day.
func (s Tasks) DoneBy(ctx context.Context, who crm.Subject, on crm.Date) (n int, err error) {
	_, err = query{table: s.table, index: ownersIndex(), pk: doneTasksPK(who, on)}.run(ctx, "store.TasksDone", func(item) error { n++; return nil })
	return n, err
}

func (s Tasks) collect(ctx context.Context, op string, into *[]task.Task) func(item) error {
	return func(i item) error {
		v, err := s.read(ctx, op, i)
		*into = append(*into, v.Value)
		return err
	}
}

func (s Tasks) read(ctx context.Context, op string, i item) (v crm.Versioned[task.Task], err error) {
	var stored taskItem
	if err := decode(op, i, &stored); err != nil {
		return v, err
	}
	if v, err = stored.task(); err != nil || stored.Private == nil {
		return v, err
	}
	return v, s.seal.open(ctx, seal.Contact, key{stored.PK, stored.SK}, privateAttribute, stored.Private, &v.Value.Private)
}

// task is what an item tells without being unsealed.
func (i taskItem) task() (v crm.Versioned[task.Task], err error) {
	v.Rev = i.Rev
	if err := json.Unmarshal([]byte(i.Doc), &v.Value); err != nil {
		return v, &crm.Error{Op: "store.Task", Err: err}
	}
	return v, nil
}

func (s Tasks) opening(ctx context.Context, t task.Task) (write, error) {
	k := taskKey(t.Ref())
	put, err := s.clear(t, 1)
	if err != nil {
		return write{}, err
	}
	if t.Note != "" || len(t.Evidence) > 0 {
		if put[privateAttribute], err = s.seal.seal(ctx, seal.Contact, k, privateAttribute, t.Private); err != nil {
			return write{}, err
		}
	}
	return write{table: s.table, key: k, put: put, when: "attribute_not_exists(PK)"}, nil
}

// amending is opening for a task that is there.
func (s Tasks) amending(ctx context.Context, next task.Task, rev int64) (write, error) {
	w, err := s.opening(ctx, next)
	if err != nil {
		return write{}, err
	}
	w.put["rev"], w.when, w.values = num(rev+1), "rev = :rev", item{":rev": num(rev)}
	return w, nil
}

// turning is amending for those who can't unseal: the sealed part stays as it lies.
func (s Tasks) turning(next task.Task, rev int64) (write, error) {
	set, err := s.clear(next, rev+1)
	if err != nil {
		return write{}, err
	}
	w := write{table: s.table, key: taskKey(next.Ref()), when: "rev = :rev", values: item{":rev": num(rev)}}
	var sets, removes []string
	for _, name := range []string{"rev", docAttribute, openIndex().pk, openIndex().sk, ownersIndex().pk, ownersIndex().sk} {
		if set[name] == nil {
			removes = append(removes, name)
			continue
		}
		sets = append(sets, name+" = :to_"+name)
		w.values[":to_"+name] = set[name]
	}
	w.update = "SET " + strings.Join(sets, ", ")
	if len(removes) > 0 {
		w.update += " REMOVE " + strings.Join(removes, ", ")
	}
	return w, nil
}

// clear is the item without its key and its sealed part.
func (s Tasks) clear(t task.Task, rev int64) (item, error) {
	doc, err := json.Marshal(t)
	if err != nil {
		return nil, &crm.Error{Op: "store.Task", Err: err}
	}
	i := item{"rev": num(rev), docAttribute: str(string(doc))}
	place := str(join(t.Due.String(), t.Ref().String()))
	whose := ""
	switch {
	case t.Open():
		i[openIndex().pk], i[openIndex().sk] = str(storeTasksPK(t.Store)), place
		if t.Owner != "" {
			whose = ownerTasksPK(t.Owner)
		}
	case t.ClosedBy != "":
		whose = doneTasksPK(t.ClosedBy, crm.DateIn(t.ClosedAt, s.zone))
	}
	if whose != "" {
		i[ownersIndex().pk], i[ownersIndex().sk] = str(whose), place
	}
	return i, nil
}
