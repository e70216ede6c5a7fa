import { fromUtf8 } from '#dsl/bytes.ts'
import { CodecError, defineCodec } from '../codec.ts'
import { readSyslog, SyslogError, writeSyslog } from '../formats/syslog.ts'

export default defineCodec({
  doc: `A syslog message, RFC 5424 or RFC 3164: \`facility\` and \`severity\` by name, \`timestamp\` in nanoseconds, \`hostname\`,
\`appname\`, \`procid\`, \`msgid\`, \`structured_data\`, \`msg\`, and the \`protocol\` with its \`protocol_version\`. What a message does not
have is null; text that is no syslog message at all is the \`msg\` of one without anything else. Dates without a year are taken as
UTC, in the year that lies nearest to the arrival.`,
  mime: [],
  structured: false,
  examples: [
    {
      bytes:
        '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventID="1011"] An application event',
      value:
        '{"hostname":"mymachine.example.com","severity":"notice","facility":"local4","timestamp":1065910455003000000,"protocol":"RFC5424","protocol_version":1,"appname":"evntslog","msgid":"ID47","structured_data":{"exampleSDID@32473":[{"iut":"3"},{"eventID":"1011"}]},"procid":null,"msg":"An application event"}',
    },
    {
      bytes: '<191>1 - - - - - - message',
      value:
        '{"hostname":null,"severity":"debug","facility":"local7","timestamp":null,"protocol":"RFC5424","protocol_version":1,"appname":null,"msgid":null,"structured_data":null,"procid":null,"msg":"message"}',
    },
    {
      bytes: "<34>Jan 11 22:14:15 mymachine su[42]: 'su root' failed",
      value:
        '{"hostname":"mymachine","severity":"crit","facility":"auth","timestamp":944055000000000,"protocol":"RFC3164","protocol_version":null,"appname":"su","msgid":null,"structured_data":null,"procid":"42","msg":"\'su root\' failed"}',
    },
    {
      bytes: 'an invalid message',
      value:
        '{"hostname":null,"severity":null,"facility":null,"timestamp":null,"protocol":"RFC3164","protocol_version":null,"appname":null,"msgid":null,"structured_data":null,"procid":null,"msg":"an invalid message"}',
      decodeOnly: true,
    },
    {
      bytes: '<165>1 - - - - - - test message',
      value: '{"severity":"notice","facility":"local4","msg":"test message"}',
      encodeOnly: true,
    },
  ],
  decode(bytes, ingestNs) {
    const text = fromUtf8(bytes)
    if (text === undefined) throw new CodecError('Cannot decode syslog data: it is not valid UTF-8')
    return readSyslog(text, ingestNs)
  },
  encode(value) {
    try {
      return writeSyslog(value)
    } catch (error) {
      if (error instanceof SyslogError) throw new CodecError(`Cannot encode syslog data: ${error.message}`)
      throw error
    }
  },
})
