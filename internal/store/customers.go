package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/seal"
)

// Customers holds profiles and the locks of the keys by which people are
// recognised.
type Customers struct {
	table table
	audit audit
	seal  sealer
	zone  *time.Location
}

// NewCustomers keeps profiles; audited is the Audit table, needed only where
// people write (a machine's write is audited by the fact that it states).
func NewCustomers(db DB, name, audited string, keys *seal.Keys, zone *time.Location) Customers {
	return Customers{table{db.client, name}, audit{table{db.client, audited}}, sealer{keys}, zone}
}

// profileItem has the private part sealed in one blob; the rest is clear.
type profileItem struct {
	PK         string            `dynamodbav:"PK"`
	SK         string            `dynamodbav:"SK"`
	Kind       customer.Kind     `dynamodbav:"kind"`
	Name       string            `dynamodbav:"name,omitempty"`
	Salutation string            `dynamodbav:"salutation,omitempty"`
	Sex        customer.Sex      `dynamodbav:"sex,omitempty"`
	Occupation string            `dynamodbav:"occupation,omitempty"`
	Tags       []string          `dynamodbav:"tags,omitempty"`
	Owner      crm.Subject       `dynamodbav:"owner,omitempty"`
	HomeStore  crm.StoreID       `dynamodbav:"home_store,omitempty"`
	Source     crm.Channel       `dynamodbav:"source,omitempty"`
	Created    string            `dynamodbav:"created"`
	Updated    string            `dynamodbav:"updated"`
	Revision   customer.Revision `dynamodbav:"revision"`
	Stated     string            `dynamodbav:"stated,omitempty"`
	Private    []byte            `dynamodbav:"private,omitempty"`
	Deleted    string            `dynamodbav:"deleted,omitempty"`
}

const privateAttribute = "private"

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

func (c Customers) read(ctx context.Context, id crm.CustomerID, stored profileItem) (customer.Profile, error) {
	p := customer.Profile{ID: id, Kind: stored.Kind, Name: stored.Name, Salutation: stored.Salutation, Sex: stored.Sex,
		Occupation: stored.Occupation, Tags: stored.Tags, Owner: stored.Owner, HomeStore: stored.HomeStore, Source: stored.Source,
		CreatedAt: instant(stored.Created), UpdatedAt: instant(stored.Updated), Revision: stored.Revision}
	if stored.Stated != "" {
		if err := json.Unmarshal([]byte(stored.Stated), &p.Stated); err != nil {
			return p, &crm.Error{Op: "store.Profile", Err: err}
		}
	}
	return p, c.seal.open(ctx, seal.Contact, profileKey(id), privateAttribute, stored.Private, &p.Private)
}

func (c Customers) item(ctx context.Context, p customer.Profile) (item, error) {
	const op = "store.Profile"
	stored := profileItem{Kind: p.Kind, Name: p.Name, Salutation: p.Salutation, Sex: p.Sex, Occupation: p.Occupation, Tags: p.Tags,
		Owner: p.Owner, HomeStore: p.HomeStore, Source: p.Source, Created: timeKey(p.CreatedAt), Updated: timeKey(p.UpdatedAt), Revision: p.Revision}
	if len(p.Stated) > 0 {
		stated, err := json.Marshal(p.Stated)
		if err != nil {
			return nil, &crm.Error{Op: op, Err: err}
		}
		stored.Stated = string(stated)
	}
	i, err := encode(op, stored)
	if err != nil {
		return nil, err
	}
	delete(i, attrPK)
	delete(i, attrSK)
	i[privateAttribute], err = c.seal.seal(ctx, seal.Contact, profileKey(p.ID), privateAttribute, p.Private)
	return i, err
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
	return c.write(ctx, op, "create-customer", p.ID, writes, locks)
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
	writes := []write{{table: c.table, key: profileKey(next.ID), put: profile,
		when: "revision = :was AND attribute_not_exists(deleted)", values: item{":was": str(string(was))}}}
	return c.write(ctx, op, "update-customer", next.ID, writes, locks)
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
	writes := append(freed, write{table: c.table, key: profileKey(next.ID), put: profile,
		when: "revision = :was AND attribute_not_exists(deleted)", values: item{":was": str(string(before.Revision))}})
	return c.write(ctx, op, "update-customer", next.ID, writes, locks)
}

// Delete hides the profile where it still is as it was read, and frees its
// keys. The facts stay; so do the decision and what it rests on.
func (c Customers) Delete(ctx context.Context, p customer.Profile) error {
	const op = "store.DeleteCustomer"
	freed, err := c.free(ctx, p.ID, p.Keys())
	if err != nil {
		return err
	}
	writes := append(freed, write{table: c.table, key: profileKey(p.ID), update: "SET deleted = :at", when: "revision = :was AND attribute_not_exists(deleted)",
		values: item{":at": str(timeKey(crm.AsOf(ctx))), ":was": str(string(p.Revision))}})
	return c.write(ctx, op, "delete-customer", p.ID, writes, nil)
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

func (c Customers) write(ctx context.Context, op, action string, id crm.CustomerID, writes []write, locks []customer.Key) error {
	for _, k := range locks {
		lock, err := c.lock(ctx, k)
		if err != nil {
			return err
		}
		writes = append(writes, write{table: c.table, key: lock, put: item{"customer": str(string(id))},
			when: "attribute_not_exists(PK) OR customer = :id", values: item{":id": str(string(id))}})
	}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, c.audit.entry(ctx, action, string(id)))
	}
	return together(ctx, op, writes...)
}
