package store

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/seal"
)

// Customers holds profiles and the locks of the keys by which people are
// recognised.
type Customers struct {
	table table
	facts table
	audit audit
	seal  sealer
	zone  *time.Location
}

// NewCustomers keeps profiles. Facts is needed where profiles are written, and
// audited, the Audit table, where people write (a machine's write is audited by
// the fact that it states).
func NewCustomers(db DB, name, facts, audited string, keys *seal.Keys, zone *time.Location) Customers {
	return Customers{table{db.client, name}, table{db.client, facts}, audit{table{db.client, audited}}, sealer{keys}, zone}
}

// Profile reads strongly consistent; NotFound where there is none, or it has
// been deleted.
func (c Customers) Profile(ctx context.Context, id crm.CustomerID) (customer.Profile, error) {
	const op = "store.Profile"
	var stored profileItem
	found, err := c.table.get(ctx, op, profileKey(id), true, &stored)
	if err != nil {
		return customer.Profile{}, err
	}
	if !found || stored.Deleted != "" {
		return customer.Profile{}, crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	return c.read(ctx, id, stored)
}

// Create writes the profile, a lock for each key and the birth decision, all
// or nothing; Conflict where somebody holds a key.
func (c Customers) Create(ctx context.Context, p customer.Profile, locks []customer.Key) error {
	const op = "store.CreateCustomer"
	profile, err := c.item(ctx, p)
	if err != nil {
		return err
	}
	writes := []write{
		{table: c.table, key: profileKey(p.ID), put: profile, when: "attribute_not_exists(PK)"},
		birth(c.table, p.ID, p.CreatedAt, crm.DateIn(p.CreatedAt, c.zone)),
	}
	if crm.EventOf(ctx).Subject != "" || len(p.Stated) > 0 { // else an order made them known, and wakes
		writes = append(writes, c.stated(ctx, p.ID))
	}
	return c.write(ctx, op, "create-customer", p.ID, consents{next: p.Consents}, writes, locks)
}

// Amend replaces the profile where it still has the revision was, and takes
// the locks, all or nothing; Conflict where the revision is another or a key
// is held by somebody else. Locks that the customer holds already are kept.
func (c Customers) Amend(ctx context.Context, next customer.Profile, was customer.Revision, locks []customer.Key) error {
	const op = "store.AmendCustomer"
	profile, err := c.item(ctx, next)
	if err != nil {
		return err
	}
	writes := []write{c.stated(ctx, next.ID), {table: c.table, key: profileKey(next.ID), put: profile,
		when: "revision = :was AND attribute_not_exists(deleted)", values: item{":was": str(string(was))}}}
	return c.write(ctx, op, "update-customer", next.ID, consents{}, writes, locks)
}

// Replace is Amend for a change that may also take keys away: their locks are
// freed.
func (c Customers) Replace(ctx context.Context, before, next customer.Profile, locks []customer.Key) error {
	const op = "store.ReplaceCustomer"
	profile, err := c.item(ctx, next)
	if err != nil {
		return err
	}
	lost := slices.DeleteFunc(before.Keys(), func(k customer.Key) bool { return slices.Contains(next.Keys(), k) })
	freed, err := c.free(ctx, next.ID, lost)
	if err != nil {
		return err
	}
	writes := append(freed, c.stated(ctx, next.ID), write{table: c.table, key: profileKey(next.ID), put: profile,
		when: "revision = :was AND attribute_not_exists(deleted)", values: item{":was": str(string(before.Revision))}})
	return c.write(ctx, op, "update-customer", next.ID, consents{before.Consents, next.Consents}, writes, locks)
}

// Delete hides the profile where it still is as it was read, and frees its
// keys. The facts stay; so do the decision and what it rests on.
func (c Customers) Delete(ctx context.Context, p customer.Profile) error {
	const op = "store.DeleteCustomer"
	freed, err := c.free(ctx, p.ID, p.Keys())
	if err != nil {
		return err
	}
	writes := append(freed, c.stated(ctx, p.ID), write{table: c.table, key: profileKey(p.ID), update: "SET deleted = :at", when: "revision = :was AND attribute_not_exists(deleted)",
		values: item{":at": str(timeKey(crm.AsOf(ctx))), ":was": str(string(p.Revision))}})
	return c.write(ctx, op, "delete-customer", p.ID, consents{}, writes, nil)
}

// stated is the fact that something was said about who the customer is. It
// holds no content: it wakes those who made something from the profile. It
// needs no condition, because it only counts.
func (c Customers) stated(ctx context.Context, id crm.CustomerID) write {
	return write{table: c.facts, key: profileFactKey(id), update: "SET recorded = :at, trace = :trace ADD rev :one",
		values: item{":at": str(timeKey(crm.AsOf(ctx))), ":trace": str(crm.EventOf(ctx).Trace), ":one": num(1)}}
}

// Deleted reads a profile strongly consistent, also one that was deleted, and
// when it was; zero where it was not.
func (c Customers) Deleted(ctx context.Context, id crm.CustomerID) (p customer.Profile, at time.Time, err error) {
	const op = "store.Deleted"
	var stored profileItem
	found, err := c.table.get(ctx, op, profileKey(id), true, &stored)
	if err != nil {
		return p, at, err
	}
	if !found {
		return p, at, crm.Fail(op, crm.NotFound, "there is no such customer")
	}
	if stored.Deleted != "" {
		at = instant(stored.Deleted)
	}
	p, err = c.read(ctx, id, stored)
	return p, at, err
}

// Restore brings a deleted profile back where it still is as it was read, and
// takes the locks, all or nothing; Conflict also where a key is held by
// somebody else.
func (c Customers) Restore(ctx context.Context, next customer.Profile, was customer.Revision, locks []customer.Key) error {
	const op = "store.RestoreCustomer"
	profile, err := c.item(ctx, next)
	if err != nil {
		return err
	}
	writes := []write{c.stated(ctx, next.ID), {table: c.table, key: profileKey(next.ID), put: profile,
		when: "revision = :was AND attribute_exists(deleted)", values: item{":was": str(string(was))}}}
	return c.write(ctx, op, "undelete-customer", next.ID, consents{}, writes, locks)
}

// free is the removal of the locks that the customer holds; a key that was only
// claimed is somebody else's lock.
func (c Customers) free(ctx context.Context, id crm.CustomerID, keys []customer.Key) (writes []write, err error) {
	holders, err := c.Holders(ctx, keys, true)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		if holders[i] != id {
			continue
		}
		lock, err := c.lock(ctx, k)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write{table: c.table, key: lock, remove: true, when: "customer = :id", values: item{":id": str(string(id))}})
	}
	return writes, nil
}

// write adds the locks and, where a person writes, the audit entry: it keeps
// the consents that are new and those that they replace, so that their history
// can be told.
func (c Customers) write(ctx context.Context, op, action string, id crm.CustomerID, said consents, writes []write, locks []customer.Key) error {
	for _, k := range locks {
		lock, err := c.lock(ctx, k)
		if err != nil {
			return err
		}
		writes = append(writes, write{table: c.table, key: lock, put: item{"customer": str(string(id))},
			when: "attribute_not_exists(PK) OR customer = :id", values: item{":id": str(string(id))}})
	}
	if crm.EventOf(ctx).Subject != "" {
		entry := c.audit.entry(ctx, action, string(id))
		said.note(entry.put)
		writes = append(writes, entry)
	}
	return together(ctx, op, writes...)
}

// consents are those of a profile before and after a write.
type consents struct{ before, next []customer.Consent }

func (c consents) note(entry item) {
	for name, words := range map[string][]customer.Consent{
		"consents": customer.ConsentsAfter(c.before, c.next), "consents_replaced": customer.ConsentsAfter(c.next, c.before)} {
		if len(words) == 0 {
			continue
		}
		list := make([]types.AttributeValue, len(words))
		for i, one := range words {
			list[i] = str(one.String())
		}
		entry[name] = &types.AttributeValueMemberL{Value: list}
	}
}
