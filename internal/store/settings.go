package store

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/seal"
)

// Settings is the small table that admins write: staff, stores, connections,
// policies, and the wrapped keys. Readers keep what they read for a minute of
// event time.
type Settings struct {
	table  table
	audit  audit
	seal   sealer
	cache  *cache[settingItem]
	active *cache[decision.Versions]
}

// NewSettings reads settings; audited (the Audit table) is only for the one
// function that writes them.
func NewSettings(db DB, name, audited string, keys *seal.Keys) Settings {
	return Settings{table{db.client, name}, audit{table{db.client, audited}}, sealer{keys}, newCache[settingItem](), newCache[decision.Versions]()}
}

// settingItem holds one setting: the document as JSON, or sealed where it holds
// secrets, and a revision that callers see as its ETag.
type settingItem struct {
	PK     string `dynamodbav:"PK"`
	SK     string `dynamodbav:"SK"`
	Rev    int64  `dynamodbav:"rev"`
	Body   string `dynamodbav:"doc,omitempty"`
	Sealed []byte `dynamodbav:"sealed,omitempty"`
}

// ReadStaff and its like give a setting as it stands, with its revision;
// NotFound where there is none.
func (s Settings) ReadStaff(ctx context.Context, subject crm.Subject) (crm.Versioned[crm.Staff], error) {
	return fresh[crm.Staff](ctx, s, key{pkStaff, string(subject)}, "member of staff")
}
func (s Settings) ReadStore(ctx context.Context, id crm.StoreID) (crm.Versioned[crm.Store], error) {
	return fresh[crm.Store](ctx, s, key{pkStores, string(id)}, "store")
}
func (s Settings) ReadConnection(ctx context.Context, id crm.ConnectionID) (crm.Versioned[crm.Connection], error) {
	return fresh[crm.Connection](ctx, s, key{pkConnections, string(id)}, "connection")
}

// Staff, Store and Connection are for those who only use a setting, and bear
// that it is a minute old.
func (s Settings) Staff(ctx context.Context, subject crm.Subject) (crm.Staff, error) {
	v, err := read[crm.Staff](ctx, s, key{pkStaff, string(subject)}, "member of staff")
	return v.Value, err
}
func (s Settings) Store(ctx context.Context, id crm.StoreID) (crm.Store, error) {
	v, err := read[crm.Store](ctx, s, key{pkStores, string(id)}, "store")
	return v.Value, err
}
func (s Settings) Connection(ctx context.Context, id crm.ConnectionID) (crm.Connection, error) {
	v, err := read[crm.Connection](ctx, s, key{pkConnections, string(id)}, "connection")
	return v.Value, err
}

func (s Settings) AllStaff(ctx context.Context) ([]crm.Versioned[crm.Staff], error) {
	return readAll[crm.Staff](ctx, s, pkStaff)
}
func (s Settings) AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error) {
	return readAll[crm.Store](ctx, s, pkStores)
}
func (s Settings) AllConnections(ctx context.Context) ([]crm.Versioned[crm.Connection], error) {
	return readAll[crm.Connection](ctx, s, pkConnections)
}

// PutStaff and its like write a setting where its revision still is rev, 0 for
// one that must not exist yet, with its audit entry; they return the new one.
func (s Settings) PutStaff(ctx context.Context, v crm.Staff, rev int64) (int64, error) {
	return s.write(ctx, "put-staff", key{pkStaff, string(v.Subject)}, v, rev, false)
}
func (s Settings) PutStore(ctx context.Context, v crm.Store, rev int64) (int64, error) {
	return s.write(ctx, "put-store", key{pkStores, string(v.ID)}, v, rev, false)
}
func (s Settings) PutConnection(ctx context.Context, v crm.Connection, rev int64) (int64, error) {
	return s.write(ctx, "put-connection", key{pkConnections, string(v.ID)}, v, rev, true)
}

const (
	docAttribute    = "doc"
	sealedAttribute = "sealed"
)

func (s Settings) write(ctx context.Context, action string, k key, v any, rev int64, secret bool) (int64, error) {
	const op = "store.PutSetting"
	w := write{table: s.table, key: k, when: "attribute_not_exists(PK)", put: item{"rev": num(rev + 1)}}
	if rev > 0 {
		w.when, w.values = "rev = :rev", item{":rev": num(rev)}
	}
	if secret {
		sealed, err := s.seal.seal(ctx, seal.Contact, k, sealedAttribute, v)
		if err != nil {
			return 0, err
		}
		w.put[sealedAttribute] = sealed
	} else {
		doc, err := json.Marshal(v)
		if err != nil {
			return 0, &crm.Error{Op: op, Err: err}
		}
		w.put[docAttribute] = str(string(doc))
	}
	if err := together(ctx, op, w, s.audit.entry(ctx, action, k.SK)); err != nil {
		return 0, err
	}
	s.cache.forget(k)
	return rev + 1, nil
}

// settingsFor is how long a setting may be out of date, in event time.
const settingsFor = time.Minute

func read[T any](ctx context.Context, s Settings, k key, noun string) (crm.Versioned[T], error) {
	const op = "store.Setting"
	stored, hit := s.cache.get(k, crm.AsOf(ctx))
	if !hit {
		if _, err := s.table.get(ctx, op, k, true, &stored); err != nil {
			return crm.Versioned[T]{}, err
		}
		if stored.Rev > 0 { // a miss is not remembered: what an admin adds is there at once
			s.cache.put(k, stored, crm.AsOf(ctx))
		}
	}
	if stored.Rev == 0 {
		return crm.Versioned[T]{}, crm.Fail(op, crm.NotFound, "there is no such %s", noun)
	}
	return opened[T](ctx, s, stored)
}

// fresh is read without trusting the cache.
func fresh[T any](ctx context.Context, s Settings, k key, noun string) (crm.Versioned[T], error) {
	s.cache.forget(k)
	return read[T](ctx, s, k, noun)
}

func readAll[T any](ctx context.Context, s Settings, pk string) (all []crm.Versioned[T], err error) {
	const op = "store.Settings"
	_, err = query{table: s.table, pk: pk, consistent: true}.run(ctx, op, func(i item) error {
		var stored settingItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		v, err := opened[T](ctx, s, stored)
		all = append(all, v)
		return err
	})
	return all, err
}

func opened[T any](ctx context.Context, s Settings, stored settingItem) (v crm.Versioned[T], err error) {
	v.Rev = stored.Rev
	if stored.Sealed != nil {
		return v, s.seal.open(ctx, seal.Contact, key{stored.PK, stored.SK}, sealedAttribute, stored.Sealed, &v.Value)
	}
	if err := json.Unmarshal([]byte(stored.Body), &v.Value); err != nil {
		return v, &crm.Error{Op: "store.Setting", Err: err}
	}
	return v, nil
}

// cache remembers settings.
type cache[V any] struct {
	mu      sync.Mutex
	entries map[key]cached[V]
}

type cached[V any] struct {
	value V
	at    time.Time
}

func newCache[V any]() *cache[V] { return &cache[V]{entries: map[key]cached[V]{}} }

func (c *cache[V]) get(k key, now time.Time) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[k]
	return e.value, ok && now.Sub(e.at).Abs() < settingsFor
}

func (c *cache[V]) put(k key, value V, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[k] = cached[V]{value, now}
}

func (c *cache[V]) forget(k key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, k)
}
