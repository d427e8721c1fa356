-- Lets Vouchsafe say who may be in the rooms of this Prosody, and put people out of them.
--
--   Component "conference.meet.example.org" "muc"
--       modules_enabled = { "vouchsafe" }
--       vouchsafe_url = "https://vouchsafe.example.org/v1/room-servers/server_…/events"
--       vouchsafe_app_id = "…"       -- as Jitsi's app_id and app_secret
--       vouchsafe_app_secret = "…"
--       vouchsafe_trusted = { "focus@auth.meet.example.org" }   -- who is in rooms without a ticket
--
-- Vouchsafe is registered with the URL of this module: http(s)://…:5281/vouchsafe. Whoever comes in has shown a token
-- already (Jitsi's token_verification, or another): the ticket that it names is in session.jitsi_meet_context_user.id.
-- Where Vouchsafe does not answer, nobody comes in.

local array = require "util.array"
local async = require "util.async"
local base64 = require "util.encodings".base64
local hashes = require "util.hashes"
local http = require "net.http"
local jid = require "util.jid"
local json = require "util.json"
local jwt = require "util.jwt"
local set = require "util.set"
local st = require "util.stanza"

local url = assert(module:get_option_string("vouchsafe_url"), "vouchsafe_url is missing")
local app_id = assert(module:get_option_string("vouchsafe_app_id"), "vouchsafe_app_id is missing")
local secret = assert(module:get_option_string("vouchsafe_app_secret"), "vouchsafe_app_secret is missing")
local trusted = module:get_option_set("vouchsafe_trusted", {})
local patience = module:get_option_number("vouchsafe_seconds", 3)

local leeway, valid = 60, 60
local muc = module:depends("muc")

-- Sessions by full address: the ticket of whoever sits there.
local tickets = {}

local function digest(body)
    return base64.encode(hashes.sha256(body))
end

local function ticket_of(session)
    local user = session and session.jitsi_meet_context_user
    return type(user) == "table" and type(user.id) == "string" and user.id or nil
end

local function is_admitted(room, ticket)
    local body = json.encode({ room = jid.node(room.jid), id = ticket })
    local now = os.time()
    local token = jwt.sign(secret, { iss = app_id, nbf = now, exp = now + valid, sha256 = digest(body) })
    local wait, done = async.waiter()
    local admitted, over = false, false
    http.request(url, {
        method = "POST",
        body = body,
        headers = { ["Content-Type"] = "application/webhook+json", ["Authorization"] = token },
    }, function(answer, code)
        if over then return end
        local said = code == 200 and json.decode(answer)
        admitted, over = type(said) == "table" and said.admitted == true, true
        if code ~= 200 then
            module:log("warn", "Vouchsafe does not answer: %s", tostring(code))
        end
        done()
    end)
    module:add_timer(patience, function()
        if over then return end
        over = true
        done()
    end)
    wait()
    return admitted
end

-- Before anything else that looks at who comes in, but what checks the token.
module:hook("muc-occupant-pre-join", function(event)
    local who = event.stanza.attr.from
    if trusted:contains(jid.bare(who)) then return end
    local ticket = ticket_of(event.origin)
    if ticket and is_admitted(event.room, ticket) then
        tickets[who] = ticket
        return
    end
    local refusal = "Vouchsafe knows no good ticket of yours for this room."
    event.origin.send(st.error_reply(event.stanza, "auth", "forbidden", refusal))
    return true
end, 10)

local function forget(event)
    if event.stanza then tickets[event.stanza.attr.from] = nil end
end
module:hook("muc-occupant-left", forget)

-- Where somebody sits who has no ticket, that is their id.
local function each(room, told)
    for nick, occupant in room:each_occupant() do
        for address in occupant:each_session() do
            if not trusted:contains(jid.bare(address)) then
                told(tickets[address] or nick, nick, address)
            end
        end
    end
end

-- Only Vouchsafe asks, by a token for this very body.
local function is_signed(request)
    local token = (request.headers.authorization or ""):match("^Bearer (%S+)$")
    if not token or #token > 4096 then return false end
    local ok, claims = jwt.verify(secret, token)
    if ok ~= true or type(claims) ~= "table" or claims.iss ~= app_id then return false end
    local now = os.time()
    if type(claims.exp) ~= "number" or type(claims.nbf) ~= "number" then return false end
    if now >= claims.exp + leeway or claims.nbf > now + leeway then return false end
    return type(claims.sha256) == "string" and hashes.equals(claims.sha256, digest(request.body or ""))
end

local function answers(work)
    return function(event)
        if not is_signed(event.request) then return 401 end
        local asked = json.decode(event.request.body)
        if type(asked) ~= "table" or type(asked.room) ~= "string" then return 400 end
        local prepared = jid.prep(asked.room .. "@" .. module.host)
        local room = prepared and muc.get_room_from_jid(prepared)
        event.response.headers.content_type = "application/json"
        return json.encode(work(room, asked))
    end
end

local function occupants(room)
    local found = array()
    if room then
        each(room, function(id, nick, address)
            found[#found + 1] = { id = id, nick = jid.resource(nick), session = address }
        end)
    end
    return { occupants = found }
end

local function remove(room, asked)
    local wanted, out = set.new(type(asked.ids) == "table" and asked.ids or {}), set.new()
    if room then
        each(room, function(id, nick)
            if wanted:contains(id) then out:add(nick) end
        end)
    end
    local removed = 0
    for nick in out do
        -- The role "none" is what a kick gives (XEP-0045 §8.2).
        if room:set_role(true, nick, nil, "Your ticket is not good any more.") then
            removed = removed + 1
        end
    end
    return { removed = removed }
end

module:depends("http")
module:provides("http", {
    default_path = "/vouchsafe",
    route = {
        ["POST /occupants"] = answers(occupants),
        ["POST /remove"] = answers(remove),
    },
})
