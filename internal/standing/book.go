package standing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"guanxi/internal/churn"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/rfm"
)

// Versions are those of the documents that rules are made of.
type Versions = decision.Versions

// Documents keeps what rules are made of.
type Documents interface {
	// Active are the versions in force; fresh asks not to trust a cache.
	Active(ctx context.Context, fresh bool) (Versions, error)
	// InForce are those that had come into force by a time.
	InForce(ctx context.Context, by time.Time) (Versions, error)
	// PolicyDocument is a version's document; nil for the embedded first.
	PolicyDocument(ctx context.Context, version int) ([]byte, error)
	ModelDocument(ctx context.Context, version int) ([]byte, error)
	CutsDocument(ctx context.Context, version int) ([]byte, error)
}

// Book hands out rules. It is the decision.RuleBook of the deployment: every
// document that is put in force makes a new edition.
type Book struct {
	Documents Documents
	Currency  string // the deployment's base currency
	Zone      *time.Location
}

// Rules are those in force.
func (b Book) Rules(ctx context.Context, fresh bool) (decision.Rules[Measures, Classes], error) {
	versions, err := b.Documents.Active(ctx, fresh)
	if err != nil {
		return decision.Rules[Measures, Classes]{}, err
	}
	policy, err := b.Policy(ctx, versions.Policy)
	if err != nil {
		return decision.Rules[Measures, Classes]{}, err
	}
	return b.RulesOf(ctx, policy, versions)
}

// RulesOf are the rules of a policy that need not be in force, with the model
// and the cuts of these versions: what if.
func (b Book) RulesOf(ctx context.Context, policy Policy, versions Versions) (decision.Rules[Measures, Classes], error) {
	policy, err := b.Cut(ctx, policy, versions.Cuts)
	if err != nil {
		return decision.Rules[Measures, Classes]{}, err
	}
	model, err := b.model(ctx, versions.Model)
	return Rules(Basis{Versions: versions, Policy: policy, Model: model}, b.Zone), err
}

// Judged is the policy that judged a decision, with the bands that it judged by.
func (b Book) Judged(ctx context.Context, by Versions) (Policy, error) {
	policy, err := b.Policy(ctx, by.Policy)
	if err != nil {
		return Policy{}, err
	}
	return b.Cut(ctx, policy, by.Cuts)
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

// Cut gives a policy the bands that were cut from the base, where it asks for them.
func (b Book) Cut(ctx context.Context, p Policy, version int) (Policy, error) {
	if version == 0 || p.RFM.Mode != rfm.Quintiles {
		return p, nil
	}
	document, err := b.Documents.CutsDocument(ctx, version)
	if err != nil {
		return Policy{}, err
	}
	var cuts rfm.Cuts
	if err := json.Unmarshal(document, &cuts); err != nil {
		return Policy{}, &crm.Error{Op: "standing.Cut", Err: err}
	}
	p.RFM = p.RFM.With(cuts)
	return p, nil
}

// model is what customers are foreseen by; nil while there is none.
func (b Book) model(ctx context.Context, version int) (*clv.Model, error) {
	if version == 0 {
		return nil, nil
	}
	const op = "standing.model"
	document, err := b.Documents.ModelDocument(ctx, version)
	if err != nil {
		return nil, err
	}
	m := new(clv.Model)
	if err := json.Unmarshal(document, m); err != nil {
		return nil, &crm.Error{Op: op, Err: err}
	}
	if m.Currency != b.Currency {
		return nil, crm.Fail(op, crm.Internal, "model %d is in %s, the deployment in %s", version, m.Currency, b.Currency)
	}
	return m, nil
}

// Parse reads a policy document; an unknown field is an error. What it leaves
// out is as in the first policy: it is older than that figure.
func Parse(document []byte) (Policy, error) {
	p := Default()
	p.Churn.FollowUp = churn.ByTier{} // as the document says it for all tiers
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	err := d.Decode(&p)
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
