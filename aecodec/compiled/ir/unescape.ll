; made by benchmarks.loops of loops.py ba139cecc932fe14f40953372afe79c9b16cc7e2ddda10d926578e4f9ab577d6
declare i64 @llvm.abs.i64(i64, i1)

declare i64 @llvm.smax.i64(i64, i64)

define i32 @unescape(ptr %retptr, ptr %excinfo, ptr noalias %arg.data, i64 %arg.end, i64 %arg.at, ptr noalias %arg.low, ptr noalias %arg.high, ptr noalias %arg.symbols, i64 %arg.count, i64 %arg.longest, i64 %arg.largest) {
entry:
  %.arg.count = call i64 @llvm.smax.i64(i64 %arg.count, i64 0)
  %smax = call i64 @llvm.smax.i64(i64 %arg.longest, i64 1)
  %0 = sub i64 1, %arg.end
  br label %B34

B34:
  %.118214 = phi i64 [ 0, %entry ], [ %.125, %B550 ]
  %at.4.0 = phi i64 [ %arg.at, %entry ], [ %at.5.1.lcssa, %B550 ]
  %exitcond249.not = icmp eq i64 %.118214, %.arg.count
  br i1 %exitcond249.not, label %common.ret, label %B36.if

common.ret:
  %at.4.0.sink = phi i64 [ -2, %B284 ], [ -3, %B162 ], [ -3, %B36.if ], [ %at.4.0, %B34 ], [ -1, %B550 ], [ -3, %B366.if.preheader ]
  store i64 %at.4.0.sink, ptr %retptr, align 8
  ret i32 0

B70:
  %.180 = ashr i64 %at.4.0, 3
  %.182 = getelementptr i8, ptr %arg.data, i64 %.180
  %.183 = load i8, ptr %.182, align 1
  %.184 = zext i8 %.183 to i64
  %.186 = and i64 %at.4.0, 7
  %1 = add i64 %at.4.0, 2
  %2 = add i64 %0, %at.4.0
  br label %B162

B162:
  %lsr.iv = phi i64 [ %lsr.iv.next, %B284 ], [ -2, %B70 ]
  %indvar = phi i64 [ %indvar.next, %B284 ], [ 0, %B70 ]
  %indvars.iv = phi i64 [ %indvars.iv.next, %B284 ], [ %1, %B70 ]
  %3 = add i64 %at.4.0, %indvar
  %4 = add i64 %3, 1
  %5 = add i64 %2, %indvar
  %exitcond.not = icmp eq i64 %5, 0
  br i1 %exitcond.not, label %common.ret, label %B192

B192:
  %.234 = ashr i64 %4, 3
  %.236 = getelementptr i8, ptr %arg.data, i64 %.234
  %.237 = load i8, ptr %.236, align 1
  %.238 = zext i8 %.237 to i64
  %.240 = and i64 %4, 7
  %6 = shl i64 1, %.240
  %7 = and i64 %6, %.238
  %.250.not = icmp eq i64 %7, 0
  br i1 %.250.not, label %B284, label %B326

B284:
  %indvars.iv.next = add i64 %indvars.iv, 1
  %indvar.next = add i64 %indvar, 1
  %lsr.iv.next = add i64 %lsr.iv, -2
  %exitcond237.not = icmp eq i64 %smax, %indvar.next
  br i1 %exitcond237.not, label %common.ret, label %B162

B326:
  %8 = add i64 %indvar, 1
  %.393201 = icmp ugt i64 %8, 1
  %9 = sub i64 %at.4.0, %lsr.iv
  %10 = add i64 %indvar, -1
  %11 = add i64 %at.4.0, %indvar
  %12 = add i64 %11, 2
  br i1 %.393201, label %B366.if.preheader, label %B504

B366.if.preheader:
  %13 = sub i64 -2, %at.4.0
  %smax84 = call i64 @llvm.smax.i64(i64 %arg.end, i64 %indvars.iv)
  %14 = add i64 %13, %smax84
  %15 = sub i64 %14, %indvar
  %.not.not = icmp ugt i64 %15, %10
  br i1 %.not.not, label %B366.if.preheader65, label %common.ret

B366.if.preheader65:
  %16 = icmp eq i64 %indvar, 1
  br i1 %16, label %B366.if.epil.preheader, label %B366.if.preheader65.new

B366.if.preheader65.new:
  %17 = lshr i64 %indvar, 1
  %18 = shl i64 %17, 1
  br label %B366.if

B504.loopexit.unr-lcssa:
  %19 = and i64 %indvar, 1
  %lcmp.mod.not = icmp eq i64 %19, 0
  br i1 %lcmp.mod.not, label %B504, label %B366.if.epil.preheader

B366.if.epil.preheader:
  %value.2.1205.epil.init = phi i64 [ 1, %B366.if.preheader65 ], [ %.475.1, %B504.loopexit.unr-lcssa ]
  %at.5.1204.epil.init = phi i64 [ %12, %B366.if.preheader65 ], [ %.479.1, %B504.loopexit.unr-lcssa ]
  %.464.epil = shl i64 %value.2.1205.epil.init, 1
  %.466.epil = ashr i64 %at.5.1204.epil.init, 3
  %.468.epil = getelementptr i8, ptr %arg.data, i64 %.466.epil
  %.469.epil = load i8, ptr %.468.epil, align 1
  %.470.epil = zext i8 %.469.epil to i64
  %.472.epil = and i64 %at.5.1204.epil.init, 7
  %.473.epil = lshr i64 %.470.epil, %.472.epil
  %.474.epil = and i64 %.473.epil, 1
  %.475.epil = or i64 %.474.epil, %.464.epil
  br label %B504

B504:
  %at.5.1.lcssa = phi i64 [ %9, %B366.if.epil.preheader ], [ %12, %B326 ], [ %9, %B504.loopexit.unr-lcssa ]
  %value.2.1.lcssa = phi i64 [ %.475.epil, %B366.if.epil.preheader ], [ 1, %B326 ], [ %.475.1, %B504.loopexit.unr-lcssa ]
  %20 = shl i64 1, %.186
  %21 = and i64 %20, %.184
  %.488.not = icmp eq i64 %21, 0
  br i1 %.488.not, label %B530, label %B508

B508:
  %.494 = getelementptr i64, ptr %arg.low, i64 %.118214
  %.495 = load i64, ptr %.494, align 8
  %.497 = sub i64 %.495, %value.2.1.lcssa
  br label %B550

B530:
  %.506 = getelementptr i64, ptr %arg.high, i64 %.118214
  %.507 = load i64, ptr %.506, align 8
  %.509 = add i64 %.507, %value.2.1.lcssa
  br label %B550

B550:
  %"$phi550.1.2.1" = phi i64 [ %.497, %B508 ], [ %.509, %B530 ]
  %.518 = getelementptr i64, ptr %arg.symbols, i64 %.118214
  store i64 %"$phi550.1.2.1", ptr %.518, align 8
  %.530 = call i64 @llvm.abs.i64(i64 %"$phi550.1.2.1", i1 false)
  %.532 = icmp sgt i64 %.530, %arg.largest
  br i1 %.532, label %common.ret, label %B34

B36.if:
  %.125 = add i64 %.118214, 1
  %.155.not = icmp slt i64 %at.4.0, %arg.end
  br i1 %.155.not, label %B70, label %common.ret

B366.if:
  %lsr.iv85 = phi i64 [ %lsr.iv.next86, %B366.if ], [ %18, %B366.if.preheader65.new ]
  %value.2.1205 = phi i64 [ 1, %B366.if.preheader65.new ], [ %.475.1, %B366.if ]
  %at.5.1204 = phi i64 [ %12, %B366.if.preheader65.new ], [ %25, %B366.if ]
  %.466 = ashr i64 %at.5.1204, 3
  %.468 = getelementptr i8, ptr %arg.data, i64 %.466
  %.469 = load i8, ptr %.468, align 1
  %.470 = zext i8 %.469 to i64
  %.472 = and i64 %at.5.1204, 7
  %.473 = lshr i64 %.470, %.472
  %22 = add i64 %at.5.1204, 1
  %23 = shl i64 %value.2.1205, 2
  %.474 = shl i64 %.473, 1
  %24 = and i64 %.474, 2
  %.464.1 = or i64 %23, %24
  %.466.1 = ashr i64 %22, 3
  %.468.1 = getelementptr i8, ptr %arg.data, i64 %.466.1
  %.469.1 = load i8, ptr %.468.1, align 1
  %.470.1 = zext i8 %.469.1 to i64
  %.472.1 = and i64 %22, 7
  %.473.1 = lshr i64 %.470.1, %.472.1
  %.474.1 = and i64 %.473.1, 1
  %.475.1 = or i64 %.474.1, %.464.1
  %.479.1 = add i64 %at.5.1204, 2
  %lsr.iv.next86 = add i64 %lsr.iv85, -2
  %niter.ncmp.1.not = icmp eq i64 %lsr.iv.next86, 0
  %25 = add i64 %22, 1
  br i1 %niter.ncmp.1.not, label %B504.loopexit.unr-lcssa, label %B366.if
}
