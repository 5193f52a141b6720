-- A session in Neovim with the plugin of compiler/editors/neovim, from opening a file with a mistake to
-- mending it; what is seen is printed, line by line. Called by tests/editors/sessions.py with the
-- program in TENANTRY, in a copy of tests/editors/estate.
local out = {}
local function say(...)
  table.insert(out, (string.format(...):gsub('%s+$', '')))
end

local function wait(what, ready)
  if not vim.wait(30000, ready, 20) then
    error('waited in vain for ' .. what)
  end
end

-- Where a text is in the buffer: row from 0, byte from 0.
local function find(text)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local from = line:find(text, 1, true)
    if from then
      return row - 1, from - 1
    end
  end
  error('there is no ' .. text)
end

-- Puts the cursor on the second letter of a text.
local function cursor(text)
  local row, column = find(text)
  vim.api.nvim_win_set_cursor(0, { row + 1, column + 1 })
end

local function client()
  return vim.lsp.get_active_clients()[1]
end

-- Asks at the cursor, and returns the answer.
local function ask(method, more)
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  params = vim.tbl_extend('force', params, more or {})
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, 30000)
  local answer = (answers or {})[client().id]
  if not answer then
    error(method .. ': ' .. tostring(problem))
  elseif answer.err then
    error(method .. ': ' .. answer.err.message)
  end
  return answer.result
end

local function name_of(uri)
  return vim.fn.fnamemodify(vim.uri_to_fname(uri), ':.')
end

local function diagnostics()
  local levels = { 'error', 'warning', 'note', 'hint' }
  for _, it in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_lines(0, it.lnum, it.lnum + 1, false)[1]
    say('  %s at `%s`: %s', levels[it.severity], text:sub(it.col + 1, it.end_col), it.message:match('[^\n]*'))
  end
  if #vim.diagnostic.get(0) == 0 then
    say('  none')
  end
end

local function session()
  require('tenantry').setup({ cmd = { vim.env.TENANTRY, 'lsp' } })
  vim.cmd('edit tenants/beta.kdl')
  say('filetype %s', vim.bo.filetype)
  wait('the server', function()
    return client() and client().initialized
  end)
  wait('diagnostics', function()
    return #vim.diagnostic.get(0) > 0
  end)
  say('columns count %s', client().offset_encoding)
  say('diagnostics')
  diagnostics()

  cursor('memory "')
  say('hover on `memory`')
  local hover = ask('textDocument/hover')
  say('  %s', hover and hover.contents.value:match('\n(memory[^\n]*)') or 'nothing')

  if client().server_capabilities.completionProvider then
    say('completion of `repl` in the workload')
    local row = find('connect demo')
    vim.api.nvim_buf_set_lines(0, row, row, false, { '        repl' })
    vim.api.nvim_win_set_cursor(0, { row + 1, 12 })
    local found = ask('textDocument/completion')
    for _, it in ipairs(found.items or found) do
      if it.label:find('^repl') then
        say('  %s', it.label)
      end
    end
    vim.api.nvim_buf_set_lines(0, row, row + 1, false, {})
  end

  if client().server_capabilities.codeActionProvider then
    say('the first action on the mistake')
    local row, column = find('replica 2')
    local range = {
      start = { line = row, character = column },
      ['end'] = { line = row, character = column },
    }
    local context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(0, row) }
    local actions = ask('textDocument/codeAction', { range = range, context = context })
    local first = actions[1] or error('there is none')
    say('  %s (%s)', first.title, first.kind)
    if not first.edit then
      first = vim.lsp.buf_request_sync(0, 'codeAction/resolve', first, 30000)[client().id].result
    end
    vim.lsp.util.apply_workspace_edit(first.edit, client().offset_encoding)
    say('after it')
    say('  %s', vim.trim(vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1]))
    wait('a sound estate', function()
      return #vim.diagnostic.get(0) == 0
    end)
    diagnostics()
  end

  if client().server_capabilities.definitionProvider then
    cursor('hello')
    say('definition of `demo.hello`')
    local found = ask('textDocument/definition')
    for _, it in ipairs(vim.tbl_islist(found) and found or { found }) do
      local range = it.targetSelectionRange or it.range
      say('  %s:%d:%d', name_of(it.targetUri or it.uri), range.start.line + 1, range.start.character + 1)
    end
  end
  if client().server_capabilities.referencesProvider then
    say('references to it')
    for _, it in ipairs(ask('textDocument/references', { context = { includeDeclaration = true } })) do
      say('  %s:%d:%d', name_of(it.uri), it.range.start.line + 1, it.range.start.character + 1)
    end
  end
  if client().server_capabilities.renameProvider then
    say('after its renaming to `greeter`')
    vim.lsp.util.apply_workspace_edit(
      ask('textDocument/rename', { newName = 'greeter' }),
      client().offset_encoding
    )
    for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(buffer) then
        for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
          if line:find('greeter') then
            say('  %s: %s', vim.fn.fnamemodify(vim.api.nvim_buf_get_name(buffer), ':.'), vim.trim(line))
          end
        end
      end
    end
    wait('diagnostics after it', function()
      return #vim.diagnostic.get(0) == 0
    end)
  end
  if client().server_capabilities.documentFormattingProvider then
    local row = find('cpu "100m"')
    vim.api.nvim_buf_set_lines(0, row, row + 1, false, { '   cpu   "100m"   limit="500m"' })
    local edits = ask('textDocument/formatting', { options = { tabSize = 4, insertSpaces = true } })
    vim.lsp.util.apply_text_edits(edits, 0, client().offset_encoding)
    say('formatted')
    say('  |%s', vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1])
  end
  if client().server_capabilities.documentSymbolProvider then
    say('symbols')
    local function walk(list, depth)
      for _, it in ipairs(list or {}) do
        say('  %s%s', string.rep('  ', depth), it.name)
        walk(it.children, depth + 1)
      end
    end
    walk(ask('textDocument/documentSymbol'), 0)
  end
end

local fine, problem = xpcall(session, debug.traceback)
if not fine then
  say('FAILED: %s', problem)
end
vim.fn.writefile(out, vim.env.TOLD)
vim.cmd(fine and 'qall!' or 'cquit!')
