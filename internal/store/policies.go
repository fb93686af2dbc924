package store

import (
	"context"
	"strconv"
	"time"

	"guanxi/internal/crm"
)

// firstPolicy is the version of the policy that is embedded in the program.
const firstPolicy = 1

// ActivePolicy is the version in force; firstPolicy while none was activated.
// The version is also the edition of the rules: every activation raises it.
func (s Settings) ActivePolicy(ctx context.Context, fresh bool) (int, error) {
	k := key{pkPolicies, skActive}
	if fresh {
		s.cache.forget(k)
	}
	active, err := read[int](ctx, s, k, "policy")
	if crm.KindOf(err) == crm.NotFound { // of most deployments for ever: remembered like an answer
		s.cache.put(k, settingItem{Rev: 1, Body: strconv.Itoa(firstPolicy)}, crm.AsOf(ctx))
		return firstPolicy, nil
	}
	return active.Value, err
}

// PolicyDocument is the document of a version; nil for the embedded first.
func (s Settings) PolicyDocument(ctx context.Context, version int) ([]byte, error) {
	if version <= firstPolicy {
		return nil, nil
	}
	return s.version(ctx, key{pkPolicies, versionSK(version)}, "policy")
}

// version reads a document that never changes, and by which old decisions are
// explained; it is kept for as long as the process lives.
func (s Settings) version(ctx context.Context, k key, noun string) ([]byte, error) {
	const op = "store.Version"
	stored, kept := s.cache.get(k, time.Time{})
	if !kept {
		found, err := s.table.get(ctx, op, k, true, &stored)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, crm.Fail(op, crm.NotFound, "there is no such %s", noun)
		}
		s.cache.put(k, stored, time.Time{})
	}
	return []byte(stored.Body), nil
}

// Activate puts a policy in force as the version after the active one. Conflict:
// somebody activated another meanwhile.
func (s Settings) Activate(ctx context.Context, version int, document []byte) error {
	added := write{table: s.table, key: key{pkPolicies, versionSK(version)}, when: "attribute_not_exists(PK)",
		put: item{docAttribute: str(string(document)), "rev": num(1)}}
	active := write{table: s.table, key: key{pkPolicies, skActive}, when: "rev = :before",
		put: item{docAttribute: str(strconv.Itoa(version)), "rev": num(int64(version))}, values: item{":before": num(int64(version - 1))}}
	if version == firstPolicy+1 {
		active.when, active.values = "attribute_not_exists(PK)", nil
	}
	err := together(ctx, "store.Activate", added, active, s.audit.entry(ctx, "create-policy", strconv.Itoa(version)))
	s.cache.forget(key{pkPolicies, skActive})
	return err
}
