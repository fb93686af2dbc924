package store

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// talkMark is what is clear of an interaction beside what every fact has. A
// plain contact that taught nothing about a purchase has none.
type talkMark struct {
	Type         crm.InteractionType `dynamodbav:"type,omitempty"`
	Category     string              `dynamodbav:"category,omitempty"`
	Resolution   crm.Resolution      `dynamodbav:"resolution,omitempty"`
	Score        int                 `dynamodbav:"score,omitempty"`
	Participants int                 `dynamodbav:"participants,omitempty"`
	Lead         crm.LeadStage       `dynamodbav:"lead,omitempty"`
	Decision     crm.DecisionStage   `dynamodbav:"decision,omitempty"`
	Intent       crm.Intent          `dynamodbav:"intent,omitempty"`
}

type interactionBody struct {
	Content string `json:"c,omitempty"`
}

// withdrawn is the state of an interaction that its author took back. Its
// tombstone keeps the rev; what it said lies among its earlier versions.
const withdrawn = "withdrawn"

// PutInteraction states a contact that a machine told of: it is its own record.
// False: this or a newer version is there already.
func (f Facts) PutInteraction(ctx context.Context, i crm.Interaction) (bool, error) {
	w, err := f.interaction(ctx, i)
	if err != nil {
		return false, err
	}
	return accepted(w.do(ctx, "store.PutInteraction"))
}

// PutInteractions is PutInteraction for many at once, each on its own.
func (f Facts) PutInteractions(ctx context.Context, all []crm.Interaction) (isNew []bool, errs []error) {
	isNew, errs = make([]bool, len(all)), make([]error, len(all))
	_ = atOnce(len(all), func(i int) error { // each has its own error
		isNew[i], errs[i] = f.PutInteraction(ctx, all[i])
		return nil
	})
	return isNew, errs
}

// RecordInteraction writes a contact that a person tells of, with its audit entry.
func (f Facts) RecordInteraction(ctx context.Context, i crm.Interaction) error {
	w, err := f.interaction(ctx, i)
	if err != nil {
		return err
	}
	return together(ctx, "store.RecordInteraction", w, f.audit.entry(ctx, "record-interaction", w.key.PK+" "+w.key.SK))
}

// AmendInteraction states a contact anew where it still says what before does,
// and keeps before.
func (f Facts) AmendInteraction(ctx context.Context, before, next crm.Interaction) error {
	w, err := f.interaction(ctx, next)
	if err != nil {
		return err
	}
	return f.replace(ctx, "store.AmendInteraction", "amend-interaction", before, w)
}

// WithdrawInteraction takes a contact back where it still says what before
// does, and keeps before. It counts no more.
func (f Facts) WithdrawInteraction(ctx context.Context, before crm.Interaction, version crm.Version, by crm.Origin) error {
	attributes := origin(by)
	attributes["state"] = str(withdrawn)
	attributes["gone"] = &types.AttributeValueMemberBOOL{Value: true}
	w := f.upsert(interactionKey(before.Customer, before.ID, before.At), version, attributes)
	w.drop("talk", "store", bodyAttribute)
	return f.replace(ctx, "store.WithdrawInteraction", "withdraw-interaction", before, w)
}

// replace carries out a change of what before says, if it still says so.
func (f Facts) replace(ctx context.Context, op, action string, before crm.Interaction, w write) error {
	kept := earlierKey(before)
	attributes, err := f.said(ctx, kept, before)
	if err != nil {
		return err
	}
	attributes["version"] = str(string(before.Version))
	w.when = "#version = :before AND attribute_not_exists(gone)"
	w.values[":before"] = str(string(before.Version))
	return together(ctx, op, w, write{table: f.table, key: kept, when: "attribute_not_exists(PK)", put: attributes},
		f.audit.entry(ctx, action, w.key.PK+" "+w.key.SK))
}

// interaction is the write that states all of a contact: what it does not say
// any more is removed.
func (f Facts) interaction(ctx context.Context, i crm.Interaction) (write, error) {
	k := interactionKey(i.Customer, i.ID, i.At)
	attributes, err := f.said(ctx, k, i)
	if err != nil {
		return write{}, err
	}
	w := f.upsert(k, i.Version, attributes)
	w.drop(slices.DeleteFunc([]string{"talk", "store", bodyAttribute}, func(name string) bool { return attributes[name] != nil })...)
	return w, nil
}

// said are the attributes of a contact that lies under a key.
func (f Facts) said(ctx context.Context, k key, i crm.Interaction) (item, error) {
	attributes := origin(i.Origin)
	attributes["at"], attributes["channel"] = str(timeKey(i.At)), str(string(i.Channel))
	attributes["two_way"] = &types.AttributeValueMemberBOOL{Value: i.TwoWay}
	if i.Store != "" {
		attributes["store"] = str(string(i.Store))
	}
	if i.By != "" {
		attributes["by"] = str(string(i.By))
	}
	marked := talkMark{i.Type, i.Category, i.Resolution, i.Score, i.Participants, i.Lead.Stage, i.Lead.Decision, i.Lead.Intent}
	if marked.Type == crm.Contact {
		marked.Type = ""
	}
	if marked != (talkMark{}) {
		mark, err := encode("store.said", marked)
		if err != nil {
			return nil, err
		}
		attributes["talk"] = &types.AttributeValueMemberM{Value: mark}
	}
	if i.Content == "" {
		return attributes, nil
	}
	sealed, err := f.seal.seal(ctx, seal.Contact, k, bodyAttribute, interactionBody{Content: i.Content})
	attributes[bodyAttribute] = sealed
	return attributes, err
}

// Interaction reads a contact, content opened; NotFound also where it was withdrawn.
func (f Facts) Interaction(ctx context.Context, id crm.CustomerID, i crm.InteractionID) (crm.Interaction, error) {
	const op = "store.Interaction"
	var stored factItem
	found, err := f.table.get(ctx, op, interactionKey(id, i, crm.TimeOf(string(i))), true, &stored)
	if err != nil {
		return crm.Interaction{}, err
	}
	if !found || stored.State == withdrawn {
		return crm.Interaction{}, crm.Fail(op, crm.NotFound, "there is no such interaction")
	}
	return f.openInteraction(ctx, id, stored)
}

// mostRead bounds how many contacts one request for a page looks at.
const mostRead = 1000

// Interactions lists a customer's contacts of some local dates (0: open on that
// side) that match, the newest first, content opened, without those withdrawn.
// It looks at a thousand at most: a page may be short and yet have a next one.
// after is a cursor that an earlier call returned, or "".
func (f Facts) Interactions(ctx context.Context, id crm.CustomerID, from, to crm.Date, match func(crm.Interaction) bool, limit int, after string) (page []crm.Interaction, next string, err error) {
	const op = "store.Interactions"
	q := query{table: f.table, pk: customerPK(id), between: talksBetween(from, to, f.zone), newest: true, limit: limit}
	next = after
	for looked := 0; looked < mostRead; looked += q.limit {
		if looked > 0 {
			q.limit = 100 // few match: they are looked for by the hundred
		}
		if next != "" {
			q.after = key{q.pk, next}.attributes()
		}
		full := false // there is one that has no place on the page
		stopped, err := q.run(ctx, op, func(i item) error {
			if full = full || len(page) == limit; full {
				return nil
			}
			next = sortKeyOf(i)
			var stored factItem
			if err := decode(op, i, &stored); err != nil {
				return err
			}
			if stored.State == withdrawn || !match(readInteraction(id, stored)) {
				return nil
			}
			talk, err := f.openInteraction(ctx, id, stored)
			page = append(page, talk)
			return err
		})
		switch {
		case err != nil:
			return nil, "", err
		case stopped == nil && !full:
			return page, "", nil
		case len(page) == limit:
			return page, next, nil
		}
	}
	return page, next, nil
}

// EarlierInteractions lists what a contact said before each of its changes, the
// newest first.
func (f Facts) EarlierInteractions(ctx context.Context, id crm.CustomerID, i crm.InteractionID, limit int, after string) (page []crm.Interaction, next string, err error) {
	const op = "store.EarlierInteractions"
	q := query{table: f.table, pk: customerPK(id), prefix: earlierPrefix(i, crm.TimeOf(string(i))), newest: true, limit: limit}
	if after != "" {
		q.after = key{q.pk, after}.attributes()
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		talk, err := f.openInteraction(ctx, id, stored)
		page = append(page, talk)
		return err
	})
	return page, sortKeyOf(stopped), err
}

// readInteraction leaves the content sealed: the fold does not need it.
func readInteraction(customer crm.CustomerID, stored factItem) crm.Interaction {
	parts := split(stored.SK) // F TALK time id, or V TALK time id version
	i := crm.Interaction{ID: crm.InteractionID(parts[3]), Customer: customer, At: instant(stored.At), Channel: stored.Channel,
		Type: stored.Talk.Type, Category: stored.Talk.Category, Resolution: stored.Talk.Resolution, Score: stored.Talk.Score, Participants: stored.Talk.Participants,
		Lead:   crm.Lead{Stage: stored.Talk.Lead, Decision: stored.Talk.Decision, Intent: stored.Talk.Intent},
		TwoWay: stored.TwoWay, Store: stored.Store, By: stored.By, Version: stored.Version, Origin: stored.origin()}
	if i.Type == "" {
		i.Type = crm.Contact
	}
	return i
}

func (f Facts) openInteraction(ctx context.Context, customer crm.CustomerID, stored factItem) (crm.Interaction, error) {
	i := readInteraction(customer, stored)
	if stored.Body == nil {
		return i, nil
	}
	var body interactionBody
	err := f.seal.open(ctx, seal.Contact, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &body)
	i.Content = body.Content
	return i, err
}
