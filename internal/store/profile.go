package store

import (
	"context"
	"encoding/json"
	"errors"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/seal"
)

// profileItem has the private part sealed in one blob; the rest is clear.
type profileItem struct {
	PK         string            `dynamodbav:"PK"`
	SK         string            `dynamodbav:"SK"`
	Kind       customer.Kind     `dynamodbav:"kind"`
	Name       string            `dynamodbav:"name,omitempty"`
	Salutation string            `dynamodbav:"salutation,omitempty"`
	Sex        customer.Sex      `dynamodbav:"sex,omitempty"`
	Occupation string            `dynamodbav:"occupation,omitempty"`
	Industry   string            `dynamodbav:"industry,omitempty"`
	Size       customer.Size     `dynamodbav:"size,omitempty"`
	Interests  []string          `dynamodbav:"interests,omitempty"`
	Prefers    []string          `dynamodbav:"prefers,omitempty"`
	Tags       []string          `dynamodbav:"tags,omitempty"`
	Owner      crm.Subject       `dynamodbav:"owner,omitempty"`
	Team       []crm.Subject     `dynamodbav:"team,omitempty"`
	HomeStore  crm.StoreID       `dynamodbav:"home_store,omitempty"`
	Source     crm.Channel       `dynamodbav:"source,omitempty"`
	Consents   string            `dynamodbav:"consents,omitempty"` // JSON, as are the next two
	Custom     string            `dynamodbav:"custom,omitempty"`
	Stated     string            `dynamodbav:"stated,omitempty"`
	Created    string            `dynamodbav:"created"`
	Updated    string            `dynamodbav:"updated"`
	Revision   customer.Revision `dynamodbav:"revision"`
	Private    []byte            `dynamodbav:"private,omitempty"`
	Deleted    string            `dynamodbav:"deleted,omitempty"`
}

const privateAttribute = "private"

func (c Customers) read(ctx context.Context, id crm.CustomerID, stored profileItem) (customer.Profile, error) {
	p := customer.Profile{ID: id, Kind: stored.Kind, Name: stored.Name, Salutation: stored.Salutation, Sex: stored.Sex,
		Occupation: stored.Occupation, Industry: stored.Industry, Size: stored.Size, Interests: stored.Interests, Preferences: stored.Prefers,
		Tags: stored.Tags, Owner: stored.Owner, Team: stored.Team, HomeStore: stored.HomeStore, Source: stored.Source,
		CreatedAt: instant(stored.Created), UpdatedAt: instant(stored.Updated), Revision: stored.Revision}
	err := errors.Join(unpacked(stored.Consents, &p.Consents), unpacked(stored.Custom, &p.Custom), unpacked(stored.Stated, &p.Stated))
	if err != nil {
		return p, &crm.Error{Op: "store.Profile", Err: err}
	}
	return p, c.seal.open(ctx, seal.Contact, profileKey(id), privateAttribute, stored.Private, &p.Private)
}

func (c Customers) item(ctx context.Context, p customer.Profile) (item, error) {
	const op = "store.Profile"
	stored := profileItem{Kind: p.Kind, Name: p.Name, Salutation: p.Salutation, Sex: p.Sex, Occupation: p.Occupation, Industry: p.Industry,
		Size: p.Size, Interests: p.Interests, Prefers: p.Preferences, Tags: p.Tags, Owner: p.Owner, Team: p.Team, HomeStore: p.HomeStore,
		Source: p.Source, Created: timeKey(p.CreatedAt), Updated: timeKey(p.UpdatedAt), Revision: p.Revision}
	var broken [3]error
	stored.Consents, broken[0] = packed(p.Consents, len(p.Consents))
	stored.Custom, broken[1] = packed(p.Custom, len(p.Custom))
	stored.Stated, broken[2] = packed(p.Stated, len(p.Stated))
	if err := errors.Join(broken[:]...); err != nil {
		return nil, &crm.Error{Op: op, Err: err}
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

// packed is v as JSON, "" where it has no entries; unpacked reads it.
func packed(v any, entries int) (string, error) {
	if entries == 0 {
		return "", nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func unpacked(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}
