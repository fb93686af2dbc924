package store

import (
	"context"
	"strconv"
	"time"

	"guanxi/internal/crm"
)

// Policy is one version of the rules' policy document, as it was activated.
// Versions are never changed or removed: old decisions are explained by them.
type Policy struct {
	Version     int
	Document    []byte
	Author      crm.Subject
	Reason      string
	ActivatedAt time.Time
}

type policyItem struct {
	SK       string `dynamodbav:"SK"`
	Document string `dynamodbav:"doc"`
	Author   string `dynamodbav:"author"`
	Reason   string `dynamodbav:"reason"`
	At       string `dynamodbav:"at"`
}

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
	if crm.KindOf(err) == crm.NotFound {
		return firstPolicy, nil
	}
	return active.Value, err
}

// Policy reads one activated version; NotFound for the embedded first.
func (s Settings) Policy(ctx context.Context, version int) (Policy, error) {
	const op = "store.Policy"
	var stored policyItem
	found, err := s.table.get(ctx, op, key{pkPolicies, policySK(version)}, true, &stored)
	if err != nil {
		return Policy{}, err
	}
	if !found {
		return Policy{}, crm.Fail(op, crm.NotFound, "there is no such policy")
	}
	return stored.policy(version), nil
}

func (p policyItem) policy(version int) Policy {
	return Policy{Version: version, Document: []byte(p.Document), Author: crm.Subject(p.Author), Reason: p.Reason, ActivatedAt: instant(p.At)}
}

// Policies lists the activated versions, oldest first.
func (s Settings) Policies(ctx context.Context) (all []Policy, err error) {
	const op = "store.Policies"
	_, err = query{table: s.table, pk: pkPolicies, consistent: true}.run(ctx, op, func(i item) error {
		var stored policyItem
		if err := decode(op, i, &stored); err != nil || stored.SK == skActive {
			return err
		}
		version, err := strconv.Atoi(stored.SK)
		all = append(all, stored.policy(version))
		return err
	})
	return all, err
}

// Activate puts a policy in force as the version after the active one. Conflict:
// somebody activated another meanwhile.
func (s Settings) Activate(ctx context.Context, p Policy) error {
	const op = "store.Activate"
	version := write{table: s.table, key: key{pkPolicies, policySK(p.Version)}, when: "attribute_not_exists(PK)",
		put: item{"doc": str(string(p.Document)), "author": str(string(p.Author)), "reason": str(p.Reason), "at": str(timeKey(p.ActivatedAt))}}
	active := write{table: s.table, key: key{pkPolicies, skActive}, when: "rev = :before",
		put: item{"doc": str(strconv.Itoa(p.Version)), "rev": num(int64(p.Version))}, values: item{":before": num(int64(p.Version - 1))}}
	if p.Version == firstPolicy+1 {
		active.when, active.values = "attribute_not_exists(PK)", nil
	}
	err := together(ctx, op, version, active, s.audit.entry(ctx, "create-policy", strconv.Itoa(p.Version)))
	s.cache.forget(key{pkPolicies, skActive})
	return err
}

// PolicyDocument is the document of a version; nil for the embedded first. It
// is kept for as long as the process lives: versions never change.
func (s Settings) PolicyDocument(ctx context.Context, version int) ([]byte, error) {
	if version <= firstPolicy {
		return nil, nil
	}
	k := key{pkPolicies, policySK(version)}
	if kept, ok := s.cache.get(k, time.Time{}); ok {
		return []byte(kept.Body), nil
	}
	p, err := s.Policy(ctx, version)
	if err == nil {
		s.cache.put(k, settingItem{Body: string(p.Document)}, time.Time{})
	}
	return p.Document, err
}
