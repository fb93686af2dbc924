package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// Facts is the table of what happened. Its stream wakes everything else.
type Facts struct {
	table table
	audit audit
	seal  sealer
}

// NewFacts keeps facts; audited is the Audit table, needed only where people
// write: a machine's fact is its own record (source and delivery).
func NewFacts(db DB, name, audited string, keys *seal.Keys) Facts {
	return Facts{table{db.client, name}, audit{table{db.client, audited}}, sealer{keys}}
}

// record writes a fact; a person's together with its audit entry.
func (f Facts) record(ctx context.Context, op, action string, w write) error {
	if crm.EventOf(ctx).Subject == "" {
		return w.do(ctx, op)
	}
	return together(ctx, op, w, f.audit.entry(ctx, action, w.key.PK+" "+w.key.SK))
}

// factItem is what every fact has in clear, beside one sealed body.
type factItem struct {
	PK       string      `dynamodbav:"PK"`
	SK       string      `dynamodbav:"SK"`
	Rev      int64       `dynamodbav:"rev"`
	Version  crm.Version `dynamodbav:"version"`
	At       string      `dynamodbav:"at"`
	Recorded string      `dynamodbav:"recorded"`
	Source   string      `dynamodbav:"source"`
	Trace    string      `dynamodbav:"trace"`
	Delivery string      `dynamodbav:"delivery"`
	Store    crm.StoreID `dynamodbav:"store"`
	Channel  crm.Channel `dynamodbav:"channel"`
	State    string      `dynamodbav:"state"`
	TwoWay   bool        `dynamodbav:"two_way"`
	By       crm.Subject `dynamodbav:"by"`
	Body     []byte      `dynamodbav:"body"`
}

// orderBody and refundBody are the sealed parts; json names are short because
// a fact of three lines is to stay within one write unit.
type orderBody struct {
	Total crm.Money `json:"t"`
	Rate  crm.Rate  `json:"r"`
	Lines []line    `json:"l,omitempty"`
}
type line struct {
	Product  string `json:"p"`
	Title    string `json:"t,omitempty"`
	Category string `json:"c,omitempty"`
	Quantity int64  `json:"q"`
	Amount   int64  `json:"a"`
}
type refundBody struct {
	Amount crm.Money `json:"t"`
}
type interactionBody struct {
	Content string `json:"c,omitempty"`
}

const bodyAttribute = "body"

// newer is the condition of every fact: only a newer version of it is
// accepted, and nothing comes after its deletion.
const newer = "(attribute_not_exists(#version) OR #version < :version) AND attribute_not_exists(gone)"

// upsert states a fact: absent or older, it is replaced and its rev raised.
func (f Facts) upsert(k key, version crm.Version, attributes item) write {
	w := write{table: f.table, key: k, when: newer, update: "SET #version = :version",
		names:  map[string]string{"#version": "version"},
		values: item{":version": str(string(version)), ":one": num(1)}}
	for name, value := range attributes {
		w.update += ", #" + name + " = :" + name
		w.names["#"+name], w.values[":"+name] = name, value
	}
	w.update += " ADD rev :one"
	return w
}

// accepted turns a refused version into "not accepted", which is no error.
func accepted(err error) (bool, error) {
	if crm.KindOf(err) == crm.Conflict {
		return false, nil
	}
	return err == nil, err
}

func origin(o crm.Origin) item {
	i := item{"recorded": str(timeKey(o.RecordedAt)), "source": str(o.Source)}
	if o.Trace != "" {
		i["trace"] = str(o.Trace)
	}
	if o.Delivery != "" {
		i["delivery"] = str(o.Delivery)
	}
	return i
}

// PutOrder states an order in its customer's partition. False: this or a newer
// version is there already. Conflict: the order has been moved to another
// customer; whoever read its address before must read it again.
func (f Facts) PutOrder(ctx context.Context, o crm.Order) (bool, error) {
	const op = "store.PutOrder"
	w, err := f.order(ctx, o)
	if err != nil {
		return false, err
	}
	err = f.record(ctx, op, "put-order", w)
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok && refused.Item["moved"] != nil {
		return false, err
	}
	return accepted(err)
}

func (f Facts) order(ctx context.Context, o crm.Order) (write, error) {
	k := orderFactKey(o.Customer, o.Key)
	attributes := origin(o.Origin)
	if o.State == crm.OrderDeleted { // a deletion names the order and no more; it beats every version
		attributes["state"] = str(string(o.State))
		attributes["gone"] = &types.AttributeValueMemberBOOL{Value: true}
		w := f.upsert(k, o.Version, attributes)
		w.when = "attribute_not_exists(gone)"
		return w, nil
	}
	body := orderBody{Total: o.Total, Rate: o.Rate}
	for _, l := range o.Lines {
		body.Lines = append(body.Lines, line(l))
	}
	sealed, err := f.seal.seal(ctx, seal.Amount, k, bodyAttribute, body)
	if err != nil {
		return write{}, err
	}
	attributes["at"], attributes["state"], attributes["channel"] = str(timeKey(o.PlacedAt)), str(string(o.State)), str(string(o.Channel))
	attributes[bodyAttribute] = sealed
	if o.Store != "" {
		attributes["store"] = str(string(o.Store))
	}
	return f.upsert(k, o.Version, attributes), nil
}

// PutRefund states a refund in the partition of the order's customer.
func (f Facts) PutRefund(ctx context.Context, id crm.CustomerID, r crm.Refund) (bool, error) {
	w, err := f.refund(ctx, refundFactKey(id, r.Key), r)
	if err != nil {
		return false, err
	}
	return accepted(w.do(ctx, "store.PutRefund"))
}

func (f Facts) refund(ctx context.Context, k key, r crm.Refund) (write, error) {
	sealed, err := f.seal.seal(ctx, seal.Amount, k, bodyAttribute, refundBody{Amount: r.Amount})
	if err != nil {
		return write{}, err
	}
	attributes := origin(r.Origin)
	attributes["at"], attributes[bodyAttribute] = str(timeKey(r.At)), sealed
	return f.upsert(k, r.Version, attributes), nil
}

// PutInteraction records a contact.
func (f Facts) PutInteraction(ctx context.Context, i crm.Interaction) (bool, error) {
	k := interactionKey(i)
	attributes := origin(i.Origin)
	attributes["at"], attributes["channel"] = str(timeKey(i.At)), str(string(i.Channel))
	attributes["two_way"] = &types.AttributeValueMemberBOOL{Value: i.TwoWay}
	if i.Store != "" {
		attributes["store"] = str(string(i.Store))
	}
	if i.By != "" {
		attributes["by"] = str(string(i.By))
	}
	if i.Content != "" {
		sealed, err := f.seal.seal(ctx, seal.Contact, k, bodyAttribute, interactionBody{Content: i.Content})
		if err != nil {
			return false, err
		}
		attributes[bodyAttribute] = sealed
	}
	return accepted(f.record(ctx, "store.PutInteraction", "record-interaction", f.upsert(k, i.Version, attributes)))
}
