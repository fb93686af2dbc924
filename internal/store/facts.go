package store

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// Facts is the table of what happened. Its stream wakes everything else.
type Facts struct {
	table table
	audit audit
	seal  sealer
	zone  *time.Location
}

// NewFacts keeps facts; audited is the Audit table, needed only where people
// write: a machine's fact is its own record (source and delivery). The dates by
// which they are found are those of zone.
func NewFacts(db DB, name, audited string, keys *seal.Keys, zone *time.Location) Facts {
	return Facts{table{db.client, name}, audit{table{db.client, audited}}, sealer{keys}, zone}
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
	Answer   answerMark  `dynamodbav:"answer"`
	Talk     talkMark    `dynamodbav:"talk"`
	Body     []byte      `dynamodbav:"body"`
}

// orderBody and refundBody are the sealed parts; json names are short because
// a fact of three lines is to stay within one write unit.
type orderBody struct {
	Total    crm.Money `json:"t"`
	Rate     crm.Rate  `json:"r"`
	Discount int64     `json:"d,omitempty"`
	Tax      int64     `json:"x,omitempty"`
	Shipping int64     `json:"s,omitempty"`
	Lines    []line    `json:"l,omitempty"`
}
type line struct {
	Product  string `json:"p"`
	Title    string `json:"t,omitempty"`
	Category string `json:"c,omitempty"`
	Quantity int64  `json:"q"`
	Amount   int64  `json:"a"`
	Discount int64  `json:"d,omitempty"`
	Tax      int64  `json:"x,omitempty"`
	Cost     *int64 `json:"k,omitempty"`
}
type refundBody struct {
	Amount crm.Money `json:"t"`
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
	if crm.KindOf(err) == crm.Conflict && !errors.Is(err, errRepeated) {
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
	err = w.do(ctx, op)
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok && refused.Item["moved"] != nil {
		return false, err
	}
	return accepted(err)
}

// holder is in whose partition an order lies.
func (f Facts) holder(o crm.Order) crm.CustomerID {
	if o.Customer == "" {
		return crm.Nobody(o.Store, crm.DateIn(o.PlacedAt, f.zone))
	}
	return o.Customer
}

func (f Facts) order(ctx context.Context, o crm.Order) (write, error) {
	k := orderFactKey(f.holder(o), o.Key)
	attributes := origin(o.Origin)
	if o.State == crm.OrderDeleted { // a deletion names the order and no more; it beats every version
		attributes["state"] = str(string(o.State))
		attributes["gone"] = &types.AttributeValueMemberBOOL{Value: true}
		w := f.upsert(k, o.Version, attributes)
		w.when = "attribute_not_exists(gone)"
		w.update += daysIndex().leave()
		return w, nil
	}
	body := orderBody{Total: o.Total, Rate: o.Rate, Discount: o.Discount, Tax: o.Tax, Shipping: o.Shipping}
	for _, l := range o.Lines {
		body.Lines = append(body.Lines, line(l))
	}
	sealed, err := f.seal.seal(ctx, seal.Amount, k, bodyAttribute, body)
	if err != nil {
		return write{}, err
	}
	attributes["at"], attributes["state"], attributes["channel"] = str(timeKey(o.PlacedAt)), str(string(o.State)), str(string(o.Channel))
	attributes[bodyAttribute] = sealed
	attributes[daysIndex().pk] = str(ordersPK(o.Store, crm.DateIn(o.PlacedAt, f.zone)))
	attributes[daysIndex().sk] = str(join(timeKey(o.PlacedAt), string(f.holder(o)), string(o.Key.Connection), o.Key.ID))
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
