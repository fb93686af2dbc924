package store

import (
	"context"
	"fmt"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// documents are one kind of what rules are made of: policies, models, cuts.
// Versions are only ever added and never change; one of them is in force.
type documents struct{ noun, pk string }

var (
	policyDocuments = documents{"policy", pkPolicies}
	modelDocuments  = documents{"model", pkModels}
	cutsDocuments   = documents{"set of cuts", pkCuts}
	setsOfSegments  = documents{"set of segments", pkSegments}
)

func (d documents) key(version int) key { return key{d.pk, versionSK(version)} }

// firstPolicy is the version of the policy that is embedded in the program.
const firstPolicy = 1

// activeKey is the one item that says which versions are in force, so that they
// are read together. Each kind has its own attribute, named by its partition. Of
// what a schedule makes, which need not be fit for use, it says the newest, too.
var activeKey = key{pkActive, "RULES"}

type activeItem struct {
	Policy    int `dynamodbav:"POLICY"`
	Model     int `dynamodbav:"MODEL"`
	Cuts      int `dynamodbav:"CUTS"`
	Sets      int `dynamodbav:"SEGMENTS"`
	LastModel int `dynamodbav:"LAST_MODEL"`
	LastCuts  int `dynamodbav:"LAST_CUTS"`
}

// newest is the attribute of the newest version.
func (d documents) newest() string { return "LAST_" + d.pk }

// Active are the versions in force; fresh asks not to trust the cache. While no
// policy was activated it is the first.
func (s Settings) Active(ctx context.Context, fresh bool) (decision.Versions, error) {
	if !fresh {
		if v, hit := s.active.get(activeKey, crm.AsOf(ctx)); hit {
			return v, nil
		}
	}
	var stored activeItem
	if _, err := s.table.get(ctx, "store.Active", activeKey, true, &stored); err != nil {
		return decision.Versions{}, err
	}
	v := decision.Versions{Policy: max(stored.Policy, firstPolicy), Model: stored.Model, Cuts: stored.Cuts, Segments: stored.Sets}
	s.active.put(activeKey, v, crm.AsOf(ctx))
	return v, nil
}

// InForce are the versions that had come into force by a time.
func (s Settings) InForce(ctx context.Context, by time.Time) (decision.Versions, error) {
	const op = "store.InForce"
	last := map[string]int{}
	q := query{table: s.table, pk: pkActive, between: [2]string{skSince, skSince + timeKey(by) + "~"}}
	_, err := q.run(ctx, op, func(i item) error {
		var stored sinceItem
		err := decode(op, i, &stored)
		last[stored.Kind] = max(last[stored.Kind], stored.Version)
		return err
	})
	return decision.Versions{Policy: max(last[pkPolicies], firstPolicy), Model: last[pkModels], Cuts: last[pkCuts], Segments: last[pkSegments]}, err
}

// sinceItem says that a version came into force, at the time in its key.
type sinceItem struct {
	Kind    string `dynamodbav:"kind"`
	Version int    `dynamodbav:"version"`
}

// PolicyDocument is the document of a version; nil for the embedded first.
func (s Settings) PolicyDocument(ctx context.Context, version int) ([]byte, error) {
	if version <= firstPolicy {
		return nil, nil
	}
	return s.document(ctx, policyDocuments, version)
}

// ModelDocument and CutsDocument are the documents of a version.
func (s Settings) ModelDocument(ctx context.Context, version int) ([]byte, error) {
	return s.document(ctx, modelDocuments, version)
}
func (s Settings) CutsDocument(ctx context.Context, version int) ([]byte, error) {
	return s.document(ctx, cutsDocuments, version)
}

// document reads what never changes, and by which old decisions are explained;
// it is kept for as long as the process lives.
func (s Settings) document(ctx context.Context, d documents, version int) ([]byte, error) {
	const op = "store.Document"
	k := d.key(version)
	stored, kept := s.cache.get(k, time.Time{})
	if !kept {
		found, err := s.table.get(ctx, op, k, true, &stored)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, crm.Fail(op, crm.NotFound, "there is no such %s", d.noun)
		}
		s.cache.put(k, stored, time.Time{})
	}
	return []byte(stored.Body), nil
}

// LastModel and LastCuts are the newest version, in force or not; 0 while there
// is none.
func (s Settings) LastModel(ctx context.Context) (int, error) {
	last, err := s.last(ctx)
	return last.LastModel, err
}
func (s Settings) LastCuts(ctx context.Context) (int, error) {
	last, err := s.last(ctx)
	return last.LastCuts, err
}

func (s Settings) last(ctx context.Context) (last activeItem, err error) {
	_, err = s.table.get(ctx, "store.Last", activeKey, true, &last)
	return last, err
}

// KeepModel adds a version, and puts one that may be used in force. Conflict:
// the version is there already.
func (s Settings) KeepModel(ctx context.Context, version int, usable bool, document []byte) error {
	return s.keepMade(ctx, modelDocuments, version, usable, document)
}

// KeepCuts does the same for cuts.
func (s Settings) KeepCuts(ctx context.Context, version int, usable bool, document []byte) error {
	return s.keepMade(ctx, cutsDocuments, version, usable, document)
}

// keepMade keeps what no person wrote, but a schedule made.
func (s Settings) keepMade(ctx context.Context, d documents, version int, usable bool, document []byte) error {
	last := s.force(d, version)
	last.when, last.names["#last"] = "attribute_not_exists(#last) OR #last < :version", d.newest()
	if !usable {
		delete(last.names, "#kind")
		last.update = "SET #last = :version"
		return s.keep(ctx, d, version, document, last)
	}
	last.update += ", #last = :version"
	return s.keep(ctx, d, version, document, last, s.since(ctx, d, version))
}

func (s Settings) keep(ctx context.Context, d documents, version int, document []byte, with ...write) error {
	added := write{table: s.table, key: d.key(version), when: "attribute_not_exists(PK)",
		put: item{docAttribute: str(string(document)), "rev": num(1)}}
	err := together(ctx, fmt.Sprintf("store.Keep a %s", d.noun), append([]write{added}, with...)...)
	s.active.forget(activeKey)
	return err
}

// force puts a version in force, beside those of the other kinds.
func (s Settings) force(d documents, version int) write {
	return write{table: s.table, key: activeKey, update: "SET #kind = :version",
		names: map[string]string{"#kind": d.pk}, values: item{":version": num(int64(version))}}
}

// since is the note that a version comes into force now. Equal notes lie under
// equal keys, so it needs no condition.
func (s Settings) since(ctx context.Context, d documents, version int) write {
	return write{table: s.table, key: sinceKey(crm.AsOf(ctx), d.pk, version), put: item{"kind": str(d.pk), "version": num(int64(version))}}
}
