package config

import (
	"path/filepath"
	"strings"
	"time"
)

// Config is the effective configuration. The tags are read by kong; the YAML
// keys are the flag names with '-' written as '_'.
type Config struct {
	Data      string   `default:"data" help:"Folder for everything that must survive: database, evidence, keys, spool." placeholder:"DIR"`
	Listen    string   `default:"127.0.0.1:8080" help:"Address of the console and API." placeholder:"HOST:PORT"`
	PublicURL string   `name:"public-url" help:"Address under which parties reach the portal; default: http://LISTEN." placeholder:"URL"`
	Proxies   []string `help:"Networks of the TLS proxies in front, which put the caller's address into X-Forwarded-For; without them all callers count as one." placeholder:"CIDR"`

	Bureau       Bureau       `embed:"" prefix:"bureau."`
	Database     Database     `embed:"" prefix:"database."`
	S3           S3           `embed:"" prefix:"s3."`
	TSA          TSA          `embed:"" prefix:"tsa."`
	Transparency Transparency `embed:"" prefix:"transparency."`
	ONNXRuntime  ONNXRuntime  `name:"onnxruntime" embed:"" prefix:"onnxruntime."`
	Cameras      Cameras      `embed:"" prefix:"cameras."`
	Payment      Payment      `embed:"" prefix:"payment."`
	Reminder     Reminder     `embed:"" prefix:"reminder."`
	Mail         Mail         `embed:"" prefix:"mail."`
	Webhooks     Webhooks     `embed:"" prefix:"webhooks."`
	Inquiry      Inquiry      `embed:"" prefix:"inquiry."`
	Accounts     Accounts     `embed:"" prefix:"accounts."`
	OIDC         OIDC         `name:"oidc" embed:"" prefix:"oidc."`
	Documents    Documents    `embed:"" prefix:"documents."`
	Log          Log          `embed:"" prefix:"log."`
	Metrics      Metrics      `embed:"" prefix:"metrics."`
}

// Bureau names the authority in whose name documents are issued.
type Bureau struct {
	NameZH string `name:"name-zh" default:"演示区城市管理行政执法局" help:"Name on documents." placeholder:"NAME"`
	NameEN string `name:"name-en" default:"Demo District City Management Bureau" help:"Name in the English console." placeholder:"NAME"`
	Prefix string `default:"演示城管" help:"Prefix of document numbers, as in 沪崇城管." placeholder:"TEXT"`
	Phone  string `default:"021-00000000" help:"Telephone on documents." placeholder:"NUMBER"`
	Place  string `name:"place" default:"演示区演示路1号" help:"Address where parties can come, on documents." placeholder:"TEXT"`

	Map string `help:"GeoJSON of the district (WGS 84) for the console's map: features with a kind (key_area, township, street, water) and a name." placeholder:"FILE"`

	FullCopyDays int `name:"full-copy-days" default:"5" help:"Working days within which a party's request to see its evidence uncovered is answered." placeholder:"N"`
	PartyDays    int `name:"party-days" default:"3" help:"Working days within which officers find out an unknown party where it was seen." placeholder:"N"`

	AnnotationStructure   string `name:"annotation-structure" help:"Law and article on which real estate with an unlawful structure is annotated at its register (不动产注记); empty: it is not." placeholder:"TEXT"`
	AnnotationUnperformed string `name:"annotation-unperformed" help:"Law and article on which real estate of a party is annotated that has not performed a decision; empty: it is not." placeholder:"TEXT"`
	LiftDays              int    `name:"lift-days" default:"3" help:"Working days within which the lifting of an annotation is asked for once its ground has gone." placeholder:"N"`

	Treasury string `default:"演示区国库（演示）" help:"Name of the treasury account that fines go to, on documents." placeholder:"TEXT"`
	Superior string `default:"演示区人民政府" help:"Authority that hears reconsiderations (行政复议), on documents." placeholder:"TEXT"`
	Court    string `default:"演示区人民法院" help:"Court that hears lawsuits (行政诉讼), on documents." placeholder:"TEXT"`
}

// Database is the bureau's PostgreSQL; empty means a private one in the data folder.
type Database struct {
	URL string `name:"url" help:"postgres:// address of an existing PostgreSQL 15 or later; default: a private cluster." placeholder:"URL"`
}

// S3 is the bureau's object store with object lock; empty means a private one.
type S3 struct {
	Endpoint      string `help:"http(s):// address of an S3 store with object lock; default: a private one." placeholder:"URL"`
	AccessKey     string `name:"access-key" help:"Access key of the store." placeholder:"KEY"`
	SecretKeyFile string `name:"secret-key-file" help:"File that holds the secret key, mode 0600." placeholder:"FILE"`
	Bucket        string `default:"offsite-evidence" help:"Bucket for evidence; made with object lock if missing." placeholder:"NAME"`
	Region        string `default:"us-east-1" help:"Region of the store." placeholder:"NAME"`
}

// TSA is the RFC 3161 timestamp authority; empty means a private one.
type TSA struct {
	URL    string `name:"url" help:"http(s):// address of an RFC 3161 authority; default: a private one." placeholder:"URL"`
	CAFile string `name:"ca-file" help:"PEM certificates that the authority's chain ends in." placeholder:"FILE"`
	// Further authorities are asked at the same time; a bundle waits until all have answered.
	Further []string `help:"Further authorities whose timestamps each bundle carries too, each as ADDRESS=FILE with the certificates that its chain ends in." placeholder:"URL=FILE"`
}

// Authority splits an entry of Further.
func (t TSA) Authority(entry string) (url, caFile string) {
	at := strings.LastIndex(entry, "=")
	if at < 0 {
		return entry, ""
	}
	return entry[:at], entry[at+1:]
}

// Transparency is the public log of seals, keys and process records.
type Transparency struct {
	Folder        string `help:"Folder of the transparency log, on a local disk; default: transparency in the data folder." placeholder:"DIR"`
	KeyFile       string `help:"Private key of the transparency log, made when the log is begun; default: log.key in the data folder's keys." placeholder:"FILE"`
	Origin        string `help:"Name of the log for ever, as in enforce.example.gov.cn/log; default: from public_url when the log is begun." placeholder:"NAME"`
	WitnessPolicy string `name:"witness-policy" help:"File that names the witnesses whose signatures each checkpoint needs (C2SP tlog-policy); default: none." placeholder:"FILE"`
}

// ONNXRuntime says where the inference library is.
type ONNXRuntime struct {
	Library string `help:"Path of libonnxruntime; default: beside the binary or in .tools." placeholder:"FILE"`
	Threads int    `default:"1" help:"Threads of one inference." placeholder:"N"`
}

// Cameras are the defaults of the pipeline.
type Cameras struct {
	Cadence  time.Duration `default:"2s" help:"Time between looks at a camera." placeholder:"DURATION"`
	Networks []string      `default:"127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16" help:"Networks that camera addresses may lie in." placeholder:"CIDR"`
}

// Payment is the provider that collects fines for the treasury.
type Payment struct {
	URL     string `name:"url" help:"Address of the payment provider; without one, fines cannot be paid online." placeholder:"URL"`
	KeyFile string `name:"key-file" help:"File with the key shared with the provider, mode 0600." placeholder:"FILE"`
}

// Reminder is the gateway for text messages.
type Reminder struct {
	Calls     bool          `default:"false" help:"A reminder whose SMS does not arrive is said in a call, once, by the same gateway; never from 21:00 to 8:00." placeholder:"BOOL"`
	CallAfter time.Duration `name:"call-after" default:"5m" help:"How long an SMS that the gateway took waits for its receipt before a call." placeholder:"DURATION"`
	URL       string        `name:"url" help:"Address of the SMS gateway; without one, messages wait in the outbox." placeholder:"URL"`
	KeyFile   string        `name:"key-file" help:"File with the key shared with the gateway, mode 0600." placeholder:"FILE"`
}

// Mail is the server that takes e-mails to parties; empty means that none are written.
type Mail struct {
	Host         string `help:"Mail server (SMTP) for e-mails to parties that have an address; without one, they are written to by SMS alone." placeholder:"HOST"`
	Port         int    `default:"587" help:"Its port; at 465 TLS comes first, elsewhere by STARTTLS." placeholder:"PORT"`
	From         string `help:"Address of the sender; bounces come back to it." placeholder:"ADDRESS"`
	Username     string `help:"Name to sign in with; without one, the server knows us by our network." placeholder:"NAME"`
	PasswordFile string `name:"password-file" help:"File that holds the password, mode 0600." placeholder:"FILE"`
	TLS          string `name:"tls" default:"required" help:"required; opportunistic: encrypted where the server offers it; or none, to this machine alone." placeholder:"HOW"`
}

// Webhooks are what other systems are told.
type Webhooks struct {
	Networks []string `help:"Private networks that webhooks may go to, besides public addresses; default: none." placeholder:"CIDR"`
}

// Inquiry is where inquiries by video (视频询问) are held.
type Inquiry struct {
	Listen    string   `default:"127.0.0.1:0" help:"Address for the sound and pictures of inquiries by video, UDP; the firewall must let it through." placeholder:"HOST:PORT"`
	Addresses []string `help:"Public IP addresses under which it is reached from outside; default: its own." placeholder:"IP"`
}

// Accounts are the rules for staff's accounts.
type Accounts struct {
	SecondFactor string `name:"second-factor" default:"optional" enum:"optional,required" help:"optional, or required: nobody works without an authenticator app or a passkey."`
}

// OIDC is the identity provider at which staff signs in (OpenID Connect); empty means
// local accounts alone.
type OIDC struct {
	Issuer           string   `help:"https:// address of the identity provider; without one, there are local accounts alone." placeholder:"URL"`
	ClientID         string   `name:"client-id" help:"Name under which the provider knows this console." placeholder:"ID"`
	ClientSecretFile string   `name:"client-secret-file" help:"File that holds the secret shared with the provider, mode 0600." placeholder:"FILE"`
	Scopes           []string `help:"Scopes to ask for besides openid and profile." placeholder:"SCOPE"`
	RolesClaim       string   `name:"roles-claim" default:"roles" help:"Claim of the ID token that holds somebody's roles or groups." placeholder:"CLAIM"`
	LicenceClaim     string   `name:"licence-claim" default:"licence_no" help:"Claim that holds the law-enforcement licence number, which officers need." placeholder:"CLAIM"`
	Roles            []string `help:"Which value of the claim is which role here; others count for nothing." placeholder:"VALUE=ROLE"`
	TownshipsClaim   string   `name:"townships-claim" default:"townships" help:"Claim that holds whose records somebody sees, as oidc.townships reads it." placeholder:"CLAIM"`
	Townships        []string `help:"Which value of that claim opens which township; * as value is everybody's, * as township the whole district. Without any, who comes for the first time waits for an administrator." placeholder:"VALUE=TOWNSHIP"`
	Factors          []string `help:"Values of the amr claim that stand for a second factor, as mfa, otp, hwk; default: the provider always asks for what is right." placeholder:"AMR"`
}

// RoleMap is Roles as a table, value of the claim to role.
func (o OIDC) RoleMap() map[string]string { return table(o.Roles) }

// TownshipMap is Townships as a table, value of the claim to township.
func (o OIDC) TownshipMap() map[string]string { return table(o.Townships) }

func table(pairs []string) map[string]string {
	all := map[string]string{}
	for _, pair := range pairs {
		value, stands, _ := strings.Cut(pair, "=")
		all[strings.TrimSpace(value)] = strings.TrimSpace(stands)
	}
	return all
}

// Documents says where the fonts of the PDFs are.
type Documents struct {
	Song string `default:"/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf" help:"TrueType font of the body (Song)." placeholder:"FILE"`
	Kai  string `default:"/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf" help:"TrueType font of notes (Kai)." placeholder:"FILE"`
}

// Metrics says where a process without a console tells of itself.
type Metrics struct {
	Listen string `help:"Address at which offsite watch answers /metrics, /livez and /readyz to whoever reaches it; default: nowhere. Where there is a console, it answers them." placeholder:"HOST:PORT"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `default:"info" enum:"debug,info,warn,error" help:"Least level that is logged: debug, info, warn, error."`
	Format string `default:"text" enum:"text,json" help:"text or json."`
}

// Path joins names to the data folder.
func (c *Config) Path(names ...string) string {
	return filepath.Join(append([]string{c.Data}, names...)...)
}

// Public is the address under which the console is reached from outside.
func (c *Config) Public() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + c.Listen
}
