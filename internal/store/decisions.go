package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/seal"
	"guanxi/internal/tier"
)

// Decisions keeps the standing decision of each customer (in Customers, beside
// the profile) and every change of it (in Facts, where its insertion wakes
// those whom it concerns). M are the sealed measures, C the clear classes.
type Decisions[M any, C comparable] struct {
	customers table
	facts     table
	seal      sealer
}

// NewDecisions keeps decisions in Customers and their changes in Facts; who
// only reads what stands needs no facts.
func NewDecisions[M any, C comparable](db DB, customers, facts string, keys *seal.Keys) Decisions[M, C] {
	return Decisions[M, C]{table{db.client, customers}, table{db.client, facts}, sealer{keys}}
}

// decisionItem stays under 1 KB, so that a wake-up that changes nothing costs
// one write unit.
type decisionItem[C comparable] struct {
	PK        string   `dynamodbav:"PK"`
	SK        string   `dynamodbav:"SK"`
	Guard     string   `dynamodbav:"guard"`
	Policy    int      `dynamodbav:"policy"`
	Model     int      `dynamodbav:"model,omitempty"`
	Cuts      int      `dynamodbav:"cuts,omitempty"`
	Classes   C        `dynamodbav:"classes"`
	Before    *C       `dynamodbav:"before,omitempty"` // in history entries only
	On        string   `dynamodbav:"on"`
	ChangesAt string   `dynamodbav:"changes_at,omitempty"`
	ReviewAt  string   `dynamodbav:"review_at,omitempty"` // in the standing decision only
	Cause     string   `dynamodbav:"cause,omitempty"`
	Trace     string   `dynamodbav:"trace,omitempty"`
	Measures  []byte   `dynamodbav:"measures,omitempty"`
	Stores    []string `dynamodbav:"stores,omitempty,stringset"`

	Sets   int             `dynamodbav:"sets,omitempty"`               // the version of the segments, and …
	In     []crm.SegmentID `dynamodbav:"segments,omitempty,stringset"` // … those that the customer is in
	Failed []crm.SegmentID `dynamodbav:"unclear,omitempty,stringset"`
	Was    []crm.SegmentID `dynamodbav:"segments_before,omitempty,stringset"` // in history entries only
}

const measuresAttribute = "measures"

// Latest reads the standing decision; a zero Record where there is none.
func (d Decisions[M, C]) Latest(ctx context.Context, id crm.CustomerID, consistent bool) (decision.Record[M, C], error) {
	const op = "store.Latest"
	stored, err := d.customers.item(ctx, op, decisionKey(id), consistent)
	if err != nil || stored == nil {
		return decision.Record[M, C]{Customer: id}, err
	}
	change, err := d.read(ctx, id, stored)
	return change.Record, err
}

func (d Decisions[M, C]) read(ctx context.Context, id crm.CustomerID, i item) (c decision.Change[M, C], err error) {
	const op = "store.Latest"
	var stored decisionItem[C]
	if err := attributevalue.UnmarshalMapWithOptions(i, &stored, func(o *attributevalue.DecoderOptions) { o.TagKey = "json" }); err != nil {
		return c, &crm.Error{Op: op, Err: err}
	}
	r := decision.Record[M, C]{Customer: id, Classes: stored.Classes, Cause: stored.Cause, Trace: stored.Trace,
		Versions: decision.Versions{Policy: stored.Policy, Model: stored.Model, Cuts: stored.Cuts, Segments: stored.Sets},
		Member:   decision.Membership{In: stored.In, Failed: stored.Failed}}
	c.Was = stored.Was
	if stored.Before != nil {
		c.Before = *stored.Before
	}
	if r.Guard, err = decision.ParseGuard(stored.Guard); err != nil {
		return c, &crm.Error{Op: op, Err: err}
	}
	for _, d := range []struct {
		text string
		date *crm.Date
	}{{stored.On, &r.On}, {stored.ChangesAt, &r.ChangesAt}, {stored.ReviewAt, &r.ReviewAt}} {
		if err := d.date.UnmarshalText([]byte(d.text)); err != nil {
			return c, &crm.Error{Op: op, Err: err}
		}
	}
	for _, s := range stored.Stores {
		r.Stores = append(r.Stores, crm.StoreID(s))
	}
	if stored.Measures != nil {
		err = d.seal.open(ctx, seal.Amount, key{stored.PK, stored.SK}, measuresAttribute, stored.Measures, &r.Measures)
	}
	c.Record = r
	return c, err
}

// Save writes next where the stored guard still is that of before; else it
// returns a Conflict. Where it differs it is written together with its history
// entry, whose key is made of the guard: a repeated save is the same entry.
func (d Decisions[M, C]) Save(ctx context.Context, before, next decision.Record[M, C]) error {
	const op = "store.Save"
	standing, err := d.item(ctx, decisionKey(next.Customer), next)
	if err != nil {
		return err
	}
	write := write{table: d.customers, key: decisionKey(next.Customer), put: standing,
		when: "guard = :before", values: item{":before": str(before.Guard.String())}}
	if before.Guard == (decision.Guard{}) {
		write.when, write.values = "attribute_not_exists(PK)", nil
	}
	if !next.Differs(before) {
		return write.do(ctx, op)
	}
	entry, err := d.change(ctx, before, next)
	if err != nil {
		return err
	}
	return together(ctx, op, write, entry)
}

func (d Decisions[M, C]) item(ctx context.Context, k key, r decision.Record[M, C]) (item, error) {
	stored := decisionItem[C]{Guard: r.Guard.String(), Policy: r.Policy, Model: r.Model, Cuts: r.Cuts, Classes: r.Classes, On: r.On.String(),
		ChangesAt: r.ChangesAt.String(), ReviewAt: r.ReviewAt.String(), Cause: r.Cause, Trace: r.Trace,
		Sets: r.Versions.Segments, In: r.Member.In, Failed: r.Member.Failed}
	for _, s := range r.Stores {
		stored.Stores = append(stored.Stores, string(s))
	}
	return d.encode(ctx, k, stored, r.Measures)
}

func (d Decisions[M, C]) change(ctx context.Context, before, next decision.Record[M, C]) (write, error) {
	g := next.Guard
	k := changeKey(next.Customer, g.AsOf, g.Edition, g.Links, g.Seen)
	stored := decisionItem[C]{Guard: g.String(), Policy: next.Policy, Model: next.Model, Cuts: next.Cuts, Classes: next.Classes, Before: &before.Classes,
		On: next.On.String(), ChangesAt: next.ChangesAt.String(), Cause: next.Cause, Trace: next.Trace,
		Sets: next.Versions.Segments, In: next.Member.In, Was: before.Member.In}
	entry, err := d.encode(ctx, k, stored, next.Measures)
	return write{table: d.facts, key: k, put: entry}, err // the guard in the key makes it its own condition
}

func (d Decisions[M, C]) encode(ctx context.Context, k key, stored decisionItem[C], measures M) (item, error) {
	const op = "store.Save"
	i, err := attributevalue.MarshalMapWithOptions(stored, byJSON)
	if err != nil {
		return nil, &crm.Error{Op: op, Err: err}
	}
	delete(i, attrPK)
	delete(i, attrSK)
	if i[measuresAttribute], err = d.seal.seal(ctx, seal.Amount, k, measuresAttribute, measures); err != nil {
		return nil, err
	}
	return i, nil
}

// byJSON names the classes as their JSON does.
func byJSON(o *attributevalue.EncoderOptions) { o.TagKey = "json" }

// Changes lists the history, newest first, with a cursor.
func (d Decisions[M, C]) Changes(ctx context.Context, id crm.CustomerID, limit int, after string) (page []decision.Change[M, C], next string, err error) {
	const op = "store.Changes"
	q := query{table: d.facts, pk: customerPK(id), prefix: skDecisions, newest: true, limit: limit}
	if after != "" {
		q.after = key{customerPK(id), after}.attributes()
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		change, err := d.read(ctx, id, i)
		page = append(page, change)
		return err
	})
	return page, sortKeyOf(stopped), err
}

// ChangeBefore is the last change before a time; nil where there is none.
func (d Decisions[M, C]) ChangeBefore(ctx context.Context, id crm.CustomerID, t time.Time) (last *decision.Change[M, C], err error) {
	const op = "store.ChangeBefore"
	q := query{table: d.facts, pk: customerPK(id), between: changesBefore(t), newest: true, limit: 1}
	_, err = q.run(ctx, op, func(i item) error {
		change, err := d.read(ctx, id, i)
		last = &change
		return err
	})
	return last, err
}

// birth is the first decision of a new customer: a prospect, look again
// tomorrow. It is part of the transaction that creates the profile, so
// that the nightly review finds everybody, whatever wake-up is lost; and being
// due at once it makes every reader decide afresh.
func birth(customers table, id crm.CustomerID, at time.Time, today crm.Date) write {
	return write{table: customers, key: decisionKey(id), when: "attribute_not_exists(PK)",
		put: item{"guard": str(decision.Guard{AsOf: at}.String()), "policy": num(0),
			"classes": &types.AttributeValueMemberM{Value: item{"need": str(string(tier.NeedOf(0)))}}, "on": str(today.String()),
			"changes_at": str(today.String()), "review_at": str((today + 1).String())}}
}
