package store

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
	"guanxi/internal/survey"
)

// Invitations are kept by survey, in the order in which they were made; they do
// not expire with the table's TTL, since they tell who was asked, and when.
//
// The link to an invitation is not stored. Its token is the invitation's two ids
// and a proof of 128 bits, made from them with the key of the blind indexes: who
// reads the table can't make one, and one that is made up is refused without a
// read.
type Invitations struct {
	table table
	audit audit
	keys  *seal.Keys
}

// NewInvitations keeps invitations; audited is the Audit table, needed only
// where people invite.
func NewInvitations(db DB, operations, audited string, keys *seal.Keys) Invitations {
	return Invitations{table{db.client, operations}, audit{table{db.client, audited}}, keys}
}

type invitationItem struct {
	Rev int64  `dynamodbav:"rev"`
	Doc string `dynamodbav:"doc"`
}

type askedItem struct {
	Survey     crm.SurveyID     `dynamodbav:"survey"`
	Invitation crm.InvitationID `dynamodbav:"invitation"`
	At         string           `dynamodbav:"at"`
}

// Asked is when each customer, of at most a hundred, was last invited; who is not
// in it never was, as far as anybody knows.
func (v Invitations) Asked(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]survey.Asked, error) {
	const op = "store.Asked"
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	keys := make([]item, len(ids))
	for i, id := range ids {
		keys[i] = askedKey(id).attributes()
	}
	answer, err := v.table.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{v.table.name: {Keys: keys, ConsistentRead: aws.Bool(true)}}})
	if err != nil {
		return nil, failed(op, err)
	}
	if len(answer.UnprocessedKeys) > 0 {
		return nil, crm.Fail(op, crm.Unavailable, "the database is too busy")
	}
	last := make(map[crm.CustomerID]survey.Asked, len(ids))
	for _, i := range answer.Responses[v.table.name] {
		var stored askedItem
		if err := decode(op, i, &stored); err != nil {
			return nil, err
		}
		last[crm.CustomerID(split(text(i[attrPK]))[1])] = survey.Asked{Survey: stored.Survey, Invitation: stored.Invitation, At: instant(stored.At)}
	}
	return last, nil
}

// Invite writes invitations to one survey, at most survey.MostAtOnce, all or
// none, where their customers were last invited as last says; Conflict where one
// of them has been invited meanwhile. A person's deed is audited.
func (v Invitations) Invite(ctx context.Context, all []survey.Invitation, last map[crm.CustomerID]survey.Asked) error {
	const op = "store.Invite"
	var writes []write
	what := string(all[0].Survey)
	for _, i := range all {
		invitation, err := v.put(i, 0)
		if err != nil {
			return err
		}
		asked, err := encode(op, askedItem{i.Survey, i.ID, timeKey(i.At)})
		if err != nil {
			return err
		}
		quarantine := write{table: v.table, key: askedKey(i.Customer), put: asked, when: "attribute_not_exists(PK)"}
		if before, ok := last[i.Customer]; ok {
			quarantine.when, quarantine.values = "invitation = :last", item{":last": str(string(before.Invitation))}
		}
		writes = append(writes, invitation, quarantine)
		what += " " + string(i.ID)
	}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, v.audit.entry(ctx, "invite", what))
	}
	return together(ctx, op, writes...)
}

// Amend replaces an invitation that still has the revision; Conflict otherwise.
// A person's is audited.
func (v Invitations) Amend(ctx context.Context, next survey.Invitation, rev int64) error {
	amended, err := v.put(next, rev)
	if err != nil {
		return err
	}
	writes := []write{amended}
	if crm.EventOf(ctx).Subject != "" {
		writes = append(writes, v.audit.entry(ctx, "update-invitation", string(next.Survey)+" "+string(next.ID)))
	}
	return together(ctx, "store.AmendInvitation", writes...)
}

func (v Invitations) put(i survey.Invitation, rev int64) (write, error) {
	doc, err := json.Marshal(i)
	if err != nil {
		return write{}, &crm.Error{Op: "store.Invitation", Err: err}
	}
	w := write{table: v.table, key: invitationKey(i.Survey, i.ID), when: "attribute_not_exists(PK)",
		put: item{"rev": num(rev + 1), docAttribute: str(string(doc))}}
	if rev > 0 {
		w.when, w.values = "rev = :rev", item{":rev": num(rev)}
	}
	return w, nil
}

// Invitation reads one; NotFound where there is none (any more).
func (v Invitations) Invitation(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (i crm.Versioned[survey.Invitation], err error) {
	const op = "store.Invitation"
	stored, err := v.table.item(ctx, op, invitationKey(of, id), true)
	if err != nil {
		return i, err
	}
	if stored == nil {
		return i, crm.Fail(op, crm.NotFound, "there is no such invitation")
	}
	return readInvitation(op, stored)
}

// Invitations lists a survey's, oldest first. after is a cursor that an earlier
// call returned, or "".
func (v Invitations) Invitations(ctx context.Context, of crm.SurveyID, limit int, after string) (page []crm.Versioned[survey.Invitation], next string, err error) {
	const op = "store.Invitations"
	q := query{table: v.table, pk: invitationsPK(of), limit: limit}
	if after != "" {
		q.after = key{q.pk, after}.attributes()
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		invitation, err := readInvitation(op, i)
		page = append(page, invitation)
		return err
	})
	return page, sortKeyOf(stopped), err
}

func readInvitation(op string, i item) (v crm.Versioned[survey.Invitation], err error) {
	var stored invitationItem
	if err := decode(op, i, &stored); err != nil {
		return v, err
	}
	v.Rev = stored.Rev
	if err := json.Unmarshal([]byte(stored.Doc), &v.Value); err != nil {
		return v, &crm.Error{Op: op, Err: err}
	}
	return v, nil
}

// Token opens the page of an invitation to whoever has it: 65 URL-safe
// characters.
func (v Invitations) Token(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (string, error) {
	ids, err := hex.DecodeString(strings.TrimPrefix(string(of), "sur_") + strings.TrimPrefix(string(id), "inv_"))
	if err != nil {
		return "", &crm.Error{Op: "store.Token", Err: err}
	}
	proof, err := v.keys.Index(ctx, "invitation", string(ids))
	return base64.RawURLEncoding.EncodeToString(ids) + proof, err
}

// idBytes is how long a survey's id and an invitation's are together.
const idBytes = 2 * 16

// Names is the invitation that a token is for; NotFound for one that we did not
// make.
func (v Invitations) Names(ctx context.Context, token string) (of crm.SurveyID, id crm.InvitationID, err error) {
	refused := crm.Fail("store.Names", crm.NotFound, "there is no such link")
	encoded := base64.RawURLEncoding.EncodedLen(idBytes)
	if len(token) <= encoded {
		return "", "", refused
	}
	ids, err := base64.RawURLEncoding.Strict().DecodeString(token[:encoded])
	if err != nil {
		return "", "", refused
	}
	of, id = crm.SurveyID("sur_"+hex.EncodeToString(ids[:16])), crm.InvitationID("inv_"+hex.EncodeToString(ids[16:]))
	made, err := v.Token(ctx, of, id)
	if err != nil {
		return "", "", err
	}
	if !hmac.Equal([]byte(made), []byte(token)) {
		return "", "", refused
	}
	return of, id, nil
}
