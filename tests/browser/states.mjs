// states: every screen a guest can see, as what has to happen for it.

export const NOW = 1795482720000; // the probe's clock

const zhang = { name: '张伟', name_latin: 'Zhang Wei', organisation: '西安交通大学', kind: 'vip', seat: 'A-12' };
const milos = { name: 'Miloš Jovanović-Đorđević', organisation: 'University of Belgrade, Faculty of Electrical Engineering', kind: 'academician' };
const longest = { name: 'Maria da Conceição Wolfeschlegelsteinhausen de Albuquerque e Castro', name_latin: 'Maria da Conceicao Wolfeschlegelsteinhausen de Albuquerque e Castro',
  organisation: 'Gesellschaft für internationale wissenschaftlich-technische Zusammenarbeit und Nachwuchsförderung mbH', kind: 'exhibitor' };
const arab = { name: 'محمد عبد الرحمن الأنصاري', name_latin: 'Mohammed Abdulrahman Al-Ansari', organisation: 'جامعة الملك سعود', kind: 'phd', seat: 'B-7' };
const main = { name: '主会场 Main hall', place: '一层 Level 1' };
const forum = { name: 'Hall N2: Forum on artificial intelligence and new materials', place: 'Hall N2, 2nd floor', starts_ms: NOW + 26e6 };

const scan = (verdict, more = {}) => ['scan', { verdict, guest: zhang, list: main, ...more }];
const healthy = ['printer', { health: 0, median_ms: 6000 }];

// name -> the commands; the language of the guest is filled in by the test.
export const states = {
  attract: [],
  'attract-chips': [['link', { up: false }], ['scanner', { state: 0 }], ['printer', { health: 2, reasons: 1 }]],
  'attract-no-badges': [['printer', { health: 2, reasons: 1 }]],
  'out-of-order-printer': [['station', { trouble: 0, work: 2 }], ['printer', { health: 3, problem: 3 }]],
  direction: [['direction', {}]],
  'welcome-queued': [healthy, scan('admit', { job: 'queued' })],
  'welcome-printing': [healthy, scan('admit', { job: 'sent', guest: milos })],
  'welcome-checking': [scan('admit-again', { job: 'unknown' })],
  'welcome-print-only': [healthy, scan('print-only', { job: 'sending' })],
  'welcome-long': [healthy, scan('admit', { job: 'sent', guest: longest })],
  take: [scan('admit', { job: 'sent' }), ['job', { state: 'printed' }]],
  'take-long': [scan('admit', { job: 'sent', guest: longest, list: forum }), ['job', { state: 'printed' }]],
  enter: [scan('admit', { guest: milos })],
  exit: [scan('exit')],
  'came-out': [scan('already-in', { job: 'uncertain', old_job: true })],
  'came-out-long': [scan('already-in', { job: 'uncertain', old_job: true, guest: longest })],
  already: [scan('already-in', { last_at_ms: NOW - 3e6, last_station: 'B' })],
  'already-gate': [scan('already-in', { last_at_ms: NOW - 3e6, last_station: 'B', last_gate: 'N2' })],
  'already-rtl': [scan('already-in', { last_at_ms: NOW - 3e6, last_station: 'B', last_gate: 'بوابة الشمال', guest: arab })],
  'already-yesterday': [scan('already-in', { last_at_ms: NOW - 9e7, last_station: 'B', guest: longest })],
  'already-badge': [scan('print-only', { badge_out: true })],
  'on-its-way': [scan('already-in', { job: 'sent', old_job: true, printer: 'left' })],
  replaced: [scan('replaced')],
  forged: [scan('forged')],
  unpaid: [scan('unpaid', { guest: milos })],
  cancelled: [scan('cancelled')],
  blocked: [scan('blocked')],
  revoked: [scan('revoked')],
  'not-yet': [scan('not-yet-valid', { bound_ms: NOW + 3.6e6 })],
  'not-yet-tomorrow': [scan('not-yet-valid', { bound_ms: NOW + 9e7, guest: longest })],
  'no-longer': [scan('no-longer-valid', { bound_ms: NOW - 9e7 })],
  'wrong-list': [scan('wrong-list', { right_list: forum, guest: milos })],
  'wrong-list-long': [scan('wrong-list', { right_list: forum, guest: longest })],
  'wrong-list-unknown': [scan('wrong-list')],
  rules: [scan('rules', { reason: '仅限已预约嘉宾 · Only for guests with a reservation' })],
  'rules-early': [scan('rules', { list: forum, whys: [{ reason: 'from', at: NOW + 26e6 }] })],
  'rules-late': [scan('rules', { guest: milos, whys: [{ reason: 'until', at: NOW - 26e5 }] })],
  'rules-gate': [scan('rules', { whys: [{ reason: 'gate' }] })],
  'rules-used': [scan('rules', { guest: longest, whys: [{ reason: 'entries', compare: 'at-most', number: 2 }, { reason: 'weekday', compare: 'equal', number: 6 }] })],
  'rules-several': [scan('rules', { whys: [{ reason: 'product' }, { reason: 'entries-since', compare: 'less', number: 1, at: NOW - 26e5 }, { reason: 'since-last', compare: 'more', number: 15 }] })],
  'rules-inside': [scan('rules', { whys: [{ reason: 'inside' }] })],
  unapproved: [scan('unapproved', { guest: milos })],
  error: [scan('error')],
  exchange: [scan('exchange')],
  exchanged: [scan('exchanged')],
  'enter-attention': [scan('admit', { guest: milos, attention: true })],
  'take-attention': [scan('admit', { job: 'sent', attention: true }), ['job', { state: 'printed' }]],
  'welcome-attention': [healthy, scan('admit', { job: 'sent', attention: true })],
  questions: [scan('questions')],
  'questions-yes': [scan('questions', { guest: milos, questions: [{ id: 1, type: 'B', required: false, text: { en: 'Do you eat vegetarian?', 'zh-hans': '您吃素吗？' } }, { id: 3, type: 'S', parent: 1, values: ['True'], required: false, text: { en: 'Which kind?' } }] })],
  'questions-choice': [scan('questions', { guest: zhang, questions: [{ id: 2, type: 'C', required: true, text: { en: 'Which size is your conference shirt?', 'zh-hans': '您的会议衫尺码？' }, options: ['S', 'M', 'L', 'XL', '2XL'].map((size, i) => ({ id: i, text: { en: size } })) }] })],
  'questions-several': [scan('questions', { guest: longest, questions: [{ id: 4, type: 'M', required: false, text: { en: 'What are you looking for here?', 'zh-hans': '您此行的目的？' }, options: [['A position', '求职'], ['Partners for research', '科研合作'], ['Investors', '投资人'], ['Students and assistants', '学生与助理']].map(([en, zh], i) => ({ id: i, text: { en, 'zh-hans': zh } })) }] })],
  'questions-text': [scan('questions', { guest: milos, questions: [{ id: 5, type: 'TEL', required: true, text: { en: 'Under which number can we reach you today?', 'zh-hans': '今天如何电话联系您？' } }] })],
  ambiguous: [scan('ambiguous')],
  'not-in-copy': [['scan', { verdict: 'not-in-copy', age_ms: 2.6e7 }]],
  'not-in-copy-fresh': [['scan', { verdict: 'not-in-copy', age_ms: 240000 }]],
  malformed: [['scan', { verdict: 'malformed' }]],
  'trouble-labels': [scan('admit', { job: 'queued' }), ['printer', { health: 2, reasons: 1 }]],
  'trouble-offline': [scan('admit', { job: 'queued', guest: longest }), ['printer', { health: 3, problem: 3 }]],
  failed: [scan('admit', { job: 'sent' }), ['job', { state: 'failed' }]],
  'not-recorded': [scan('admit', { unrecorded: true })],
  'first-load': [['station', { trouble: 2 }], ['copy', { loading: true, done: 12400, total: 100000 }]],
  'first-load-begins': [['station', { trouble: 2 }], ['copy', { loading: true, total: -1 }]],
  'attract-old': [['link', { up: false }], ['copy', { old_ms: NOW - 3.1e6 }]],
  withdrawn: [['station', { trouble: 3 }]],
  'out-of-order': [['station', { trouble: 4 }]],
};

// What ends a state that would outlive its guest.
export const calm = [['printer', { health: 0 }], ['link', { up: true }], ['scanner', { state: 1 }], ['copy', {}], ['station', { trouble: 0 }]];

// ---- the staff's screens, as the states they are made of --------------------------------

const role = { direction: 'entry', work: 'admit-print', gate: '北门 North', lists: [{ event: 'citec', list: 'main', name: '主会场 Main hall' }] };
const common = { surface: 'staff', station: 'A', zone: 'Asia/Shanghai', who: 'li', level: 'supervisor', idle_ms: 60000, now_ms: NOW,
  languages: ['zh-Hans', 'en'], problem_count: 2, may: { admit: true, reprint: true, role: true, server: true, enrol: true }, role,
  server: { link: 'online', trouble: '', conflicts: 2, dead: 3 },
  last: { ref: 'R1', name: 'Miloš Jovanović-Đorđević', verdict: 'not-in-copy', at_ms: NOW - 20000 } };
export const row = (i) => ({ ref: `R${i}`, name: ['张伟', 'Miloš Jovanović', longest.name, '欧阳娜娜', 'Анна Каренина', arab.name][i % 6], name_latin: i % 5 === 0 ? 'Zhang Wei' : '',
  organisation: ['西安交通大学', milos.organisation, longest.organisation][i % 3], country: ['CN', 'RS', 'PT'][i % 3], country_names: { 'zh-Hans': ['中国', '塞尔维亚', '葡萄牙'][i % 3], en: ['China', 'Serbia', 'Portugal'][i % 3] }, last_at_ms: i % 3 === 1 ? 0 : NOW - 6e5, kind: ['vip', 'academician', 'exhibitor', 'custom'][i % 4],
  order: `A${1000 + i}`, seat: '', status: ['paid', 'paid', 'paid', 'unpaid', 'cancelled'][i % 5], presence: ['inside', 'never', 'left'][i % 3], badge: i === 2 ? 'failed' : 'printed' });
const job = (i, state, more = {}) => ({ job: i, issue: i, station: 'A', state, evidence: state === 'printed' ? 'transport' : 'none', printer: 'left', cause: i > 1 ? 'lost' : 'first', why: '', who: i > 1 ? 'staff:li' : '', changed_ms: NOW - i * 60000, ...more });
const guest = { ...row(0), seat: 'A-12', jobs: [job(1, 'printed', { replaced_by: 4, evidence: 'printer' }), job(2, 'void', { replaced_by: 4 }),
  job(3, 'printed', { replaced_by: 4, evidence: 'said', cause: 'name' }), job(4, 'printed', { station: 'B', cause: 'damaged' })],
  history: [{ kind: 'entry', verdict: 'admit', list: 'main', station: 'A', gate: '北门 North', who: '', reason: '', at_ms: NOW - 60000 },
    { kind: 'refused', verdict: 'wrong-list', list: 'hall-n2', station: 'B', who: '', reason: '', at_ms: NOW - 9e6 }] };
const reasons = ['lost', 'misprint', 'damaged', 'name', 'other'].map((key) => ({ key, wants_text: key === 'other' }));

// ---- the ticketing server -----------------------------------------------------------------

const account = { url: 'https://tickets.citec.example', organizer: 'citec', device: '北门 North door 1', number: 7, gate: '北门 North', version: '2026.8.0', enrolled_ms: NOW - 9e6, revoked_ms: 0 };
const noAccount = { url: '', organizer: '', device: '', number: 0, gate: '', version: '', enrolled_ms: 0, revoked_ms: 0 };
const idle = { phase: 'idle', event: '', first: false, done: 0, total: -1, bad: 0, suspicious: false };
const upload = { waiting: 0, held: 0, dead: 0, sent: 1812, oldest_ms: 0 };
const server = { link: 'online', trouble: '', trouble_text: '', conflicts: 0, dead: 0, since_ms: 0, heard_ms: NOW - 60000, copy_ms: NOW - 180000, old: false,
  running: false, clock_apart_ms: 0, account, download: idle, upload, enrolment: { state: 'none' } };
const card = (more) => ({ ...common, screen: 'server', server: { ...server, ...more } });
const enrolling = (enrol, more = {}) => ({ ...common, screen: 'enrol', enrol: { problem: '', ...enrol }, server: { ...server, link: 'none', account: noAccount, copy_ms: undefined, heard_ms: 0, ...more } });
const lost = 'No answer from tickets.citec.example: Could not resolve host: tickets.citec.example';
const conflict = (i, more = {}) => ({ id: i, ref: `R${i}`, name: ['张伟', longest.name, arab.name][i % 3], list: i % 3 ? forum.name : main.name, ours: 'A', ours_ms: NOW - 6e5 * i,
  theirs: 'South door 2', gate: '南门 South', theirs_ms: NOW - 6e5 * i - 9e4, found_ms: NOW - 1e5, ...more });
const letter = (i, more = {}) => ({ id: i, ref: `R${i}`, name: ['张伟', longest.name, '欧阳娜娜'][i % 3], list: main.name, what: ['entry', 'exit', 'printed'][i % 3], at_ms: NOW - 4e5 * i, tries: i,
  answer: i % 2 ? 'The order has been canceled.' : 'Not found.', ...more });

const serverStates = {
  'server-none': card({ link: 'none', account: noAccount, copy_ms: undefined, heard_ms: 0 }),
  'server-online': card({ upload: { ...upload, waiting: 2 } }),
  'server-silent': card({ link: 'offline', since_ms: NOW - 18e5, trouble: 'silent', trouble_text: lost, conflicts: 2, dead: 13, upload: { ...upload, waiting: 214, dead: 13 } }),
  'server-by-hand': card({ link: 'by-hand', since_ms: NOW - 18e5, trouble: 'by-hand', old: true, copy_ms: NOW - 26e6 }),
  'server-first': card({ running: true, copy_ms: undefined, download: { ...idle, phase: 'orders', event: 'citec', first: true, done: 12400, total: 100000 } }),
  'server-suspicious': card({ trouble: 'suspicious', trouble_text: 'the server names 12 tickets where there were 3,500', clock_apart_ms: -4200, download: { ...idle, suspicious: true } }),
  'server-sealed': card({ link: 'sealed', trouble: 'sealed', since_ms: NOW - 3e5, dead: 0, upload: { ...upload, waiting: 41 } }),
  conflicts: { ...common, screen: 'conflicts', server: { ...common.server, conflicts: 60 }, rows: [conflict(1), conflict(2, { theirs: '', gate: '' }), conflict(3)] },
  'conflicts-none': { ...common, screen: 'conflicts', server: { ...common.server, conflicts: 0 }, rows: [] },
  dead: { ...common, screen: 'dead', rows: [letter(1), letter(2), letter(3, { name: '', ref: '' })] },
  'dead-none': { ...common, screen: 'dead', server: { ...common.server, dead: 0 }, rows: [] },
  enrol: enrolling({}),
  'enrol-unreadable': enrolling({ problem: 'unreadable' }),
  'enrol-confirm': enrolling({ host: 'tickets.citec.example', url: 'https://tickets.citec.example', secure: true }),
  'enrol-other': enrolling({ host: '10.0.0.7:8345', url: 'http://10.0.0.7:8345', secure: false }, { link: 'online', account, upload: { ...upload, waiting: 41 } }),
  'enrol-asking': enrolling({}, { enrolment: { state: 'asking' } }),
  'enrol-refused': enrolling({}, { enrolment: { state: 'refused', failure: 'refused', text: 'This enrolment code has been used already: make a new one. (This initialization token has already been used.)' } }),
  'enrol-loading': enrolling({}, { link: 'online', account, running: true, enrolment: { state: 'done' }, download: { ...idle, phase: 'orders', event: 'citec', first: true, done: 12400, total: 100000 } }),
  'enrol-ready': enrolling({}, { link: 'online', account, copy_ms: NOW - 60000, enrolment: { state: 'done' } }),
};

export const staffStates = {
  'find-empty': { ...common, screen: 'find', query: '', more: false, rows: [] },
  'find-rows': { ...common, screen: 'find', query: 'zw', more: true, rows: Array.from({ length: 20 }, (_, i) => row(i)) },
  'find-many': { ...common, screen: 'find', query: 'a', more: true, rows: Array.from({ length: 200 }, (_, i) => ({ ...row(i % 2), ref: `M${i}` })) },
  'find-no-printer': { ...common, screen: 'find', query: 'zw', more: true, rows: Array.from({ length: 20 }, (_, i) => row(i)), trouble: { code: 'NO-PRINTER', closed: false, text: '' } },
  'role-disk-full': { ...common, screen: 'role', choices: [], trouble: { code: 'DISK-FULL', closed: true, text: '' } },
  guest: { ...common, screen: 'guest', guest, reasons },
  'guest-rtl': { ...common, screen: 'guest', guest: { ...guest, ...row(5), name_latin: arab.name_latin, organisation: arab.organisation }, reasons },
  'guest-unpaid': { ...common, screen: 'guest', guest: { ...row(3), history: guest.history, jobs: [] }, reasons, last: { ref: 'R3', name: '欧阳娜娜', verdict: 'unpaid', at_ms: NOW - 20000, scan: 9, may_let_in: true, attention: true, notes: '请出示学生证\nBadge left of the desk' } },
  'guest-questions': { ...common, screen: 'guest', guest: { ...row(1), history: [], jobs: [] }, reasons, last: { ref: 'R1', name: 'Miloš Jovanović', verdict: 'questions', at_ms: NOW - 20000, scan: 9, questions: [{ id: 1, type: 'B', required: true, text: { en: 'Do you eat vegetarian?', 'zh-hans': '您吃素吗？' } }] } },
  'guest-new': { ...common, screen: 'guest', guest: { ...row(2), jobs: [], history: [] }, reasons, notice: { key: 'failed', text: 'reprint: no ticket with reference R2' } },
  role: { ...common, screen: 'role', choices: Array.from({ length: 14 }, (_, i) => ({ event: 'citec', list: i ? `hall-${i}` : 'main', name: i ? forum.name : main.name, place: i ? `Hall N${i}` : '', starts_ms: i ? NOW + i * 36e5 : 0 })) },
  'role-none': { ...common, role: { ...role, lists: [] }, screen: 'role', choices: [] },
  printers: { ...common, screen: 'printers', printers: [
    { number: 0, name: 'left', health: 'ready', text: '', printed: 112 }, { number: 1, name: 'right', health: 'trouble', problem: 'hung', queue: 'Zebra_ZD421', text: 'no label within 15 s', next_try_ms: NOW + 3e4, printed: 1 },
    { number: 2, name: 'desk', health: 'unreachable', problem: 'no-spooler', queue: 'Zebra_ZD421', text: 'no connection to CUPS at /run/cups/cups.sock: Connection refused', printed: 0 }, { number: 3, name: 'spare', health: 'drained', text: '', printed: 3 }] },
  problems: { ...common, screen: 'problems', problems: [job(3, 'uncertain', { ref: 'R3', name: '张伟' }), job(4, 'failed', { ref: 'R4', name: longest.name, why: 'the printer refused the document' })] },
  'problems-none': { ...common, problem_count: 0, screen: 'problems', problems: [] },
  ...serverStates,
};
