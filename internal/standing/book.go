package standing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// Documents keeps the policy documents that were activated.
type Documents interface {
	// ActivePolicy is the version in force; fresh asks it not to trust a cache.
	ActivePolicy(ctx context.Context, fresh bool) (int, error)
	// PolicyDocument is a version's document; nil for the embedded first.
	PolicyDocument(ctx context.Context, version int) ([]byte, error)
}

// Book hands out the rules of a policy version. It is the decision.RuleBook of
// the deployment: every activated policy is a new edition.
type Book struct {
	Documents Documents
	Currency  string // the deployment's base currency
	Zone      *time.Location
}

// Rules are those in force.
func (b Book) Rules(ctx context.Context, fresh bool) (decision.Rules[Measures, Classes], error) {
	version, err := b.Documents.ActivePolicy(ctx, fresh)
	if err != nil {
		return decision.Rules[Measures, Classes]{}, err
	}
	p, err := b.Policy(ctx, version)
	return Rules(p, int64(version), b.Zone), err
}

// Policy is a version that is or was in force.
func (b Book) Policy(ctx context.Context, version int) (Policy, error) {
	document, err := b.Documents.PolicyDocument(ctx, version)
	if err != nil {
		return Policy{}, err
	}
	p := Default()
	if document != nil {
		if p, err = Parse(document); err != nil {
			return Policy{}, err
		}
		if p.Currency != b.Currency {
			return Policy{}, crm.Fail("standing.Policy", crm.Internal, "policy %d is in %s, the deployment in %s", version, p.Currency, b.Currency)
		}
	}
	p.Version, p.Currency = max(version, p.Version), b.Currency // the embedded one is in whatever the base is
	return p, nil
}

// Parse reads a policy document; an unknown field is an error.
func Parse(document []byte) (p Policy, err error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	err = d.Decode(&p)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("more than one document")
		}
	}
	if err != nil {
		return Policy{}, &crm.Error{Op: "standing.Parse", Kind: crm.Malformed, Detail: "not a policy document", Err: err}
	}
	p.Churn = p.Churn.Complete()
	return p, nil
}
