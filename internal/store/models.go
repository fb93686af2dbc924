package store

import (
	"context"
	"strconv"

	"guanxi/internal/crm"
)

// Models keeps the versions of the purchase model among the settings. They are
// only ever added.
type Models struct{ settings Settings }

// NewModels keeps models among these settings.
func NewModels(settings Settings) Models { return Models{settings} }

// LastModel is the newest version, in force or not; 0 while there is none.
func (m Models) LastModel(ctx context.Context) (version int, err error) {
	q := query{table: m.settings.table, pk: pkModels, between: [2]string{versionSK(0), skActive}, newest: true, limit: 2, consistent: true}
	_, err = q.run(ctx, "store.LastModel", func(i item) error {
		if n, err := strconv.Atoi(sortKeyOf(i)); err == nil { // not the active one's
			version = max(version, n)
		}
		return nil
	})
	return version, err
}

// KeepModel adds a version, and puts one that may be used in force. Conflict:
// the version is there already.
func (m Models) KeepModel(ctx context.Context, version int, usable bool, document []byte) error {
	s := m.settings
	writes := []write{{table: s.table, key: key{pkModels, versionSK(version)}, when: "attribute_not_exists(PK)",
		put: item{docAttribute: str(string(document)), "rev": num(1)}}}
	if usable {
		writes = append(writes, write{table: s.table, key: key{pkModels, skActive}, when: "attribute_not_exists(PK) OR rev < :version",
			put: item{docAttribute: str(strconv.Itoa(version)), "rev": num(int64(version))}, values: item{":version": num(int64(version))}})
	}
	err := together(ctx, "store.KeepModel", writes...)
	s.cache.forget(key{pkModels, skActive})
	return err
}

// ActiveModel is the version in force; 0 while there is none.
func (m Models) ActiveModel(ctx context.Context, fresh bool) (int, error) {
	k := key{pkModels, skActive}
	if fresh {
		m.settings.cache.forget(k)
	}
	active, err := read[int](ctx, m.settings, k, "model")
	if crm.KindOf(err) == crm.NotFound { // remembered like an answer
		m.settings.cache.put(k, settingItem{Rev: 1, Body: "0"}, crm.AsOf(ctx))
		return 0, nil
	}
	return active.Value, err
}

// ModelDocument is the document of a version, kept for as long as the process
// lives.
func (m Models) ModelDocument(ctx context.Context, version int) ([]byte, error) {
	return m.settings.version(ctx, key{pkModels, versionSK(version)}, "model")
}
