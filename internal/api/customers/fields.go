package customers

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Fields are what callers state about a customer.
type Fields struct {
	Kind       customer.Kind `json:"kind,omitempty" enum:"person,organisation" default:"person"`
	Name       string        `json:"name,omitempty" maxLength:"200" doc:"Without salutation." example:"张美"`
	Salutation string        `json:"salutation,omitempty" maxLength:"40" example:"女士"`
	Sex        customer.Sex  `json:"sex,omitempty" enum:"female,male,other" doc:"As they told us; never guessed."`
	Occupation string        `json:"occupation,omitempty" maxLength:"100"`

	Interests   []string `json:"interests,omitempty" nullable:"false" maxItems:"50" doc:"What they like." example:"[\"silk\"]"`
	Preferences []string `json:"preferences,omitempty" nullable:"false" maxItems:"50" doc:"How they like to be served." example:"[\"calls after 18:00\"]"`
	Tags        []string `json:"tags,omitempty" nullable:"false" maxItems:"50" doc:"What we call them." example:"[\"vip\"]"`

	Owner     crm.Subject   `json:"owner,omitempty" maxLength:"128" doc:"The member of staff who looks after them." example:"u-li"`
	Team      []crm.Subject `json:"team,omitempty" nullable:"false" maxItems:"20" doc:"Who else serves a strategic customer. It widens nobody's scope."`
	HomeStore crm.StoreID   `json:"home_store,omitempty" maxLength:"128" example:"sh-001"`
	Source    crm.Channel   `json:"source,omitempty" maxLength:"32" doc:"Where we met first." example:"pos"`

	Phone      string        `json:"phone,omitempty" maxLength:"40" doc:"Kept as E.164; a number without a country is the deployment's." example:"138 1234 5678"`
	Email      string        `json:"email,omitempty" maxLength:"254" example:"mei@example.com"`
	Contacts   []contact     `json:"contacts,omitempty" nullable:"false" maxItems:"30" doc:"Further phones and e-mail addresses, and accounts at social networks."`
	Address    *address      `json:"address,omitempty"`
	Birthday   string        `json:"birthday,omitempty" maxLength:"10" doc:"1988-05-17, or --05-17 without the year." example:"1988-05-17"`
	Cards      []string      `json:"cards,omitempty" nullable:"false" maxItems:"30" doc:"Membership cards." example:"[\"M-0001\"]"`
	IncomeBand string        `json:"income_band,omitempty" pattern:"^([a-z0-9][a-z0-9+-]{0,31})?$" doc:"A code of the retailer's." example:"200k-500k"`
	Comment    string        `json:"comment,omitempty" maxLength:"2000"`
	Company    *organisation `json:"organisation,omitempty" doc:"Of an organisation only."`

	Consents []consent `json:"consents,omitempty" nullable:"false" maxItems:"40" doc:"The customer's last word for each channel and purpose. A word is replaced by a later one, never removed; without a word there is no consent."`
	Custom   custom    `json:"custom,omitempty" doc:"The retailer's own fields, as /v1/custom-fields has them."`
}

type contact struct {
	Kind  string `json:"kind" pattern:"^[a-z][a-z_]{0,31}$" doc:"phone, email, wechat, weibo, qq, douyin, xiaohongshu, whatsapp, …" example:"wechat"`
	Value string `json:"value" maxLength:"254" example:"mei-1988"`
}

type address struct {
	Country  string   `json:"country,omitempty" maxLength:"2" example:"CN"`
	Province string   `json:"province,omitempty" maxLength:"200"`
	City     string   `json:"city,omitempty" maxLength:"200" example:"上海"`
	Postcode string   `json:"postcode,omitempty" maxLength:"40"`
	Lines    []string `json:"lines,omitempty" nullable:"false" maxItems:"5"`
}

type organisation struct {
	Size     customer.Size `json:"size,omitempty" enum:"1-9,10-49,50-249,250+" doc:"How many people work there." example:"10-49"`
	Industry string        `json:"industry,omitempty" maxLength:"100" example:"hotels"`
	Contacts []colleague   `json:"contacts,omitempty" nullable:"false" maxItems:"30" doc:"People whom we know there. Their phones and e-mails don't identify the organisation."`
}

type colleague struct {
	Name  string `json:"name" maxLength:"200" example:"王磊"`
	Role  string `json:"role,omitempty" maxLength:"100" example:"purchasing"`
	Phone string `json:"phone,omitempty" maxLength:"40" example:"138 1234 5678"`
	Email string `json:"email,omitempty" maxLength:"254" example:"wang@example.com"`
}

type consent struct {
	Channel string           `json:"channel" pattern:"^[a-z][a-z_]{0,31}$" doc:"email, sms, phone, wechat, post, …" example:"sms"`
	Purpose customer.Purpose `json:"purpose" enum:"marketing,service,research,sharing" example:"marketing"`
	State   customer.State   `json:"state" enum:"granted,withdrawn" example:"granted"`
	At      time.Time        `json:"at" doc:"When they said so." example:"2026-01-05T10:00:00+08:00"`
	Source  string           `json:"source" pattern:"^[a-z][a-z_]{0,31}$" doc:"Where they said so: sign_up, paper, phone, …" example:"paper"`
}

// custom are values of the retailer's own fields.
type custom map[string]any

// Schema says what the values can be; which fields there are is a setting.
func (custom) Schema(huma.Registry) *huma.Schema {
	value := &huma.Schema{AnyOf: []*huma.Schema{{Type: huma.TypeString}, {Type: huma.TypeNumber}, {Type: huma.TypeBoolean}}}
	s := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: value, Examples: []any{map[string]any{"shoe_size": 38}}}
	s.PrecomputeMessages()
	return s
}

// Customer is a profile as the caller's role may see it.
type Customer struct {
	ID crm.CustomerID `json:"id,omitempty" readOnly:"true" doc:"Absent where a look-up finds somebody outside of your scope." example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Fields
	Platforms []customer.Platform `json:"platforms,omitempty" nullable:"false" readOnly:"true" doc:"Accounts at connected shops."`
	CreatedAt time.Time           `json:"created_at,omitzero" readOnly:"true" doc:"Absent in lists."`
	UpdatedAt time.Time           `json:"updated_at,omitzero" readOnly:"true" doc:"Absent in lists."`
}

// profile is base with the fields in the place of what it had. Custom values
// are not among them: they need their definitions (customer.CustomFields.Take).
func (f Fields) profile(base customer.Profile) customer.Profile {
	p := base
	p.Kind, p.Name, p.Salutation, p.Sex, p.Occupation = f.Kind, f.Name, f.Salutation, f.Sex, f.Occupation
	p.Interests, p.Preferences, p.Tags = f.Interests, f.Preferences, f.Tags
	p.Owner, p.Team, p.HomeStore, p.Source = f.Owner, f.Team, f.HomeStore, f.Source
	p.Phone, p.Email, p.Birthday, p.Cards, p.IncomeBand, p.Comment = f.Phone, f.Email, f.Birthday, f.Cards, f.IncomeBand, f.Comment
	if p.Kind == "" {
		p.Kind = customer.Person
	}
	p.Contacts, p.Consents, p.Colleagues = nil, nil, nil
	for _, c := range f.Contacts {
		p.Contacts = append(p.Contacts, customer.Contact(c))
	}
	for _, c := range f.Consents {
		p.Consents = append(p.Consents, customer.Consent(c))
	}
	p.Address = (*customer.Address)(f.Address)
	p.Size, p.Industry = "", ""
	if o := f.Company; o != nil {
		p.Size, p.Industry = o.Size, o.Industry
		for _, c := range o.Contacts {
			p.Colleagues = append(p.Colleagues, customer.Colleague(c))
		}
	}
	return p
}

func fieldsOf(p customer.Profile) Fields {
	f := Fields{Kind: p.Kind, Name: p.Name, Salutation: p.Salutation, Sex: p.Sex, Occupation: p.Occupation,
		Interests: p.Interests, Preferences: p.Preferences, Tags: p.Tags,
		Owner: p.Owner, Team: p.Team, HomeStore: p.HomeStore, Source: p.Source,
		Phone: p.Phone, Email: p.Email, Birthday: p.Birthday, Cards: p.Cards, IncomeBand: p.IncomeBand, Comment: p.Comment,
		Address: (*address)(p.Address), Custom: p.CustomValues()}
	for _, c := range p.Contacts {
		f.Contacts = append(f.Contacts, contact(c))
	}
	for _, c := range p.Consents {
		f.Consents = append(f.Consents, consent(c))
	}
	if p.Size != "" || p.Industry != "" || len(p.Colleagues) > 0 {
		f.Company = &organisation{Size: p.Size, Industry: p.Industry}
		for _, c := range p.Colleagues {
			f.Company.Contacts = append(f.Company.Contacts, colleague(c))
		}
	}
	return f
}

// shown masks contact data for roles that do not need it.
func shown(ctx context.Context, p customer.Profile) Customer {
	if !api.CallerOf(ctx).Role.SeesContacts() {
		p = p.Masked()
	}
	return Customer{ID: p.ID, Fields: fieldsOf(p), Platforms: p.Platforms, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}
